#include "adapters/grpc/compression.h"

#include <grpc/byte_buffer.h>

namespace grpc::internal {

// A friend of ByteBuffer that the library declares and leaves to its users to define. Nothing public tells a
// compressed message from a plain one.
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
