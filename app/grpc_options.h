#pragma once

#include "absl/status/statusor.h"
#include "adapters/grpc/options.h"
#include "app/config/config.h"

namespace keelson {

// INVALID_ARGUMENT for an unknown mode or role, which LoadConfig rejects.
absl::StatusOr<GrpcServerOptions> GrpcOptionsOf(const Config& config);
absl::StatusOr<GrpcAuthOptions> GrpcAuthOf(const AuthConfig& auth);

}  // namespace keelson
