#pragma once

#include <grpcpp/server_builder.h>

#include <cstddef>

namespace keelson {

// Settings of the library that hold for the whole process: health checks on, its own log lines off (unless
// GRPC_VERBOSITY asks for them), and so Protobuf's.
void PrepareLibrary();

struct ServerLimits {
  // Beyond it the library answers RESOURCE_EXHAUSTED.
  std::size_t max_message_bytes;
  // Of all connections together. The library resets streams that would take more.
  std::size_t buffer_bytes;
};

// Limits on connections, streams, messages and memory, and no compression.
void ApplySettings(const ServerLimits& limits, grpc::ServerBuilder& builder);

}  // namespace keelson
