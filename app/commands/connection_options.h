#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/grpc_client/connection.h"

namespace CLI {
class App;
}

namespace keelson {

// Adds the options --tls-… to a command that connects to a server. Parsing the command line later writes to
// `options`, which must still exist at that time.
void AddTlsOptions(CLI::App& command, ConnectionOptions& options);
// Adds the options --address, --tls-… and --token-file to a command that calls methods; like AddTlsOptions.
void AddCallerOptions(CLI::App& command, ConnectionOptions& options);

// Returns the value of --timeout; INVALID_ARGUMENT unless it is a duration of more than 0.
absl::StatusOr<absl::Duration> ReadTimeout(const std::string& text);

}  // namespace keelson
