#pragma once

#include <grpcpp/server_builder.h>

#include "adapters/grpc/options.h"

namespace keelson {

// Settings of the library that hold for the whole process: health checks on, its own log lines off (unless
// GRPC_VERBOSITY asks for them), and so Protobuf's.
void PrepareLibrary();

// Limits on connections, streams, messages and memory.
void ApplySettings(const GrpcServerOptions& options, grpc::ServerBuilder& builder);

}  // namespace keelson
