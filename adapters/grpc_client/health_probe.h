#pragma once

#include <string>

#include "absl/status/status.h"
#include "adapters/grpc_client/connection.h"

namespace keelson {

// Calls grpc.health.v1.Health/Check. `service` is a full service name; empty: the server as a whole. OK if
// the server is SERVING; UNAVAILABLE for any other response and for a failed call; INVALID_ARGUMENT, with the
// option, if a file can't be read, or only one of --tls-cert and --tls-key is given. Blocks for the timeout
// at most.
absl::Status ProbeHealth(const ConnectionOptions& options, const std::string& service);

}  // namespace keelson
