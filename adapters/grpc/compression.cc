#include "adapters/grpc/compression.h"

#include <grpc/byte_buffer.h>

namespace grpc::internal {

// gRPC declares this class as a friend of ByteBuffer, but does not define it. Defined here, because gRPC's
// public API does not report whether a message is compressed.
class GrpcByteBufferPeer {
 public:
  static const grpc_byte_buffer* Get(const ByteBuffer& buffer) { return buffer.buffer_; }
};

}  // namespace grpc::internal

namespace keelson {

bool IsCompressed(const grpc::ByteBuffer& message) {
  const grpc_byte_buffer* const buffer = grpc::internal::GrpcByteBufferPeer::Get(message);
  return buffer != nullptr && buffer->data.raw.compression != GRPC_COMPRESS_NONE;
}

}  // namespace keelson
