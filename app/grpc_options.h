#pragma once

#include "adapters/grpc/options.h"
#include "app/config/config.h"

namespace keelson {

// Needs a configuration that LoadConfig has checked.
GrpcServerOptions GrpcOptionsOf(const Config& config);
GrpcAuthOptions GrpcAuthOf(const AuthConfig& auth);

}  // namespace keelson
