#pragma once

#include "adapters/grpc_client/connection.h"

namespace CLI {
class App;
}

namespace keelson {

// The options --tls-… of every command that connects to a server. `options` outlives the command's parsing.
void AddTlsOptions(CLI::App& command, ConnectionOptions& options);

}  // namespace keelson
