#pragma once

#include <grpcpp/support/byte_buffer.h>

namespace keelson {

// Whether a message arrived compressed and, since the server decompresses nothing, still is.
bool IsCompressed(const grpc::ByteBuffer& message);

}  // namespace keelson
