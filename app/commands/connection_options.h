#pragma once

#include "adapters/grpc_client/connection.h"

namespace CLI {
class App;
}

namespace keelson {

// Adds the options --tls-… to a command that connects to a server. Parsing the command line later writes to
// `options`, which must still exist at that time.
void AddTlsOptions(CLI::App& command, ConnectionOptions& options);

}  // namespace keelson
