#include "app/commands/connection_options.h"

#include <CLI/CLI.hpp>

namespace keelson {

void AddTlsOptions(CLI::App& command, ConnectionOptions& options) {
  command.add_option("--tls-ca", options.tls_ca, "Use TLS; trust the authorities in this PEM file")
      ->type_name("FILE");
  command
      .add_option("--tls-server-name", options.tls_server_name,
                  "Use TLS; the name that the server's certificate must have; default: the address's host")
      ->type_name("NAME");
  command
      .add_option("--tls-cert", options.tls_cert, "Use TLS; present the client certificate in this PEM file")
      ->type_name("FILE");
  command.add_option("--tls-key", options.tls_key, "PEM file with the key of --tls-cert")->type_name("FILE");
}

}  // namespace keelson
