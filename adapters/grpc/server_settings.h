#pragma once

#include <grpcpp/server_builder.h>

#include <cstddef>

namespace keelson {

// Process-wide settings of the library: enables health checks, and disables the log lines of gRPC (unless
// GRPC_VERBOSITY is set) and Protobuf.
void PrepareLibrary();

struct ServerLimits {
  // Above it, the library returns RESOURCE_EXHAUSTED.
  std::size_t max_message_bytes;
  // Total of all connections. The library resets streams that would exceed it.
  std::size_t buffer_bytes;
};

// Limits on connections, streams, messages and memory, and no compression.
void ApplySettings(const ServerLimits& limits, grpc::ServerBuilder& builder);

}  // namespace keelson
