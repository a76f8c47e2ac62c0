#pragma once

#include "absl/status/statusor.h"
#include "adapters/grpc/options.h"
#include "app/config/config.h"

namespace keelson {

// Convert the configuration to the options of the gRPC server. Both functions return INVALID_ARGUMENT for an
// auth mode or a role that LoadConfig would reject.
absl::StatusOr<GrpcServerOptions> GrpcOptionsOf(const Config& config);
absl::StatusOr<GrpcAuthOptions> GrpcAuthOf(const AuthConfig& auth);

}  // namespace keelson
