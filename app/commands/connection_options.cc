#include "app/commands/connection_options.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "app/config/notation.h"
#include "core/common/strings.h"

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

void AddCallerOptions(CLI::App& command, ConnectionOptions& options) {
  command.add_option("--address", options.address, "The server's address; default: 127.0.0.1:50051")
      ->type_name("HOST:PORT");
  AddTlsOptions(command, options);
  command
      .add_option("--token-file", options.token_file,
                  "File with the bearer token of the caller; default: no token")
      ->type_name("FILE");
}

absl::StatusOr<absl::Duration> ReadTimeout(const std::string& text) {
  const std::optional<absl::Duration> timeout = FromText<absl::Duration>(text);
  if (timeout && *timeout > absl::ZeroDuration()) return *timeout;
  return absl::InvalidArgumentError(
      StrCat("--timeout must be ", ExpectedForm<absl::Duration>(), " and more than 0, not ", text));
}

}  // namespace keelson
