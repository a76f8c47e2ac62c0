#pragma once

#include <grpcpp/server_builder.h>

#include <cstddef>

namespace keelson {

// Applies process-wide settings of gRPC and Protobuf: enables health checks, and disables the log output of
// gRPC (unless GRPC_VERBOSITY is set) and of Protobuf.
void PrepareLibrary();

struct ServerLimits {
  // Maximum size of a message; for larger messages, gRPC returns RESOURCE_EXHAUSTED.
  std::size_t max_message_bytes;
  // Maximum size of all buffers of all connections. gRPC resets streams that would exceed this size.
  std::size_t buffer_bytes;
};

// Sets limits for connections, streams, messages and memory, and disables compression.
void ApplySettings(const ServerLimits& limits, grpc::ServerBuilder& builder);

}  // namespace keelson
