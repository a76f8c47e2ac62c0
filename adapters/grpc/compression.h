#pragma once

#include <grpcpp/support/byte_buffer.h>

namespace keelson {

// Whether a received message is compressed; the server does not decompress messages.
bool IsCompressed(const grpc::ByteBuffer& message);

}  // namespace keelson
