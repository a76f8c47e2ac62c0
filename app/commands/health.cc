#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "adapters/grpc_health/health_probe.h"
#include "app/commands/commands.h"

namespace keelson {
namespace {

ExitCode Health(const HealthProbeOptions& options) {
  const absl::Status status = ProbeHealth(options);
  if (status.ok()) std::cout << "SERVING\n";
  return ReportResult(status);
}

}  // namespace

void AddHealthCommand(CLI::App& program, Run& run) {
  CLI::App* command =
      program.add_subcommand("health", "Ask a server for its health; exit 0 where it is SERVING, else 1");
  const auto options = std::make_shared<HealthProbeOptions>();
  command->add_option("ADDRESS", options->address, "Where it listens")->type_name("HOST:PORT")->required();
  command->add_option("--service", options->service, "One service's full name; else the server as a whole")
      ->type_name("NAME");
  command->add_option("--tls-ca", options->tls_ca, "Use TLS, and trust the authority of this PEM file")
      ->type_name("FILE");
  command
      ->add_option("--tls-server-name", options->tls_server_name,
                   "Use TLS, and want this name in the server's certificate; else the address's")
      ->type_name("NAME");
  command->add_option("--tls-cert", options->tls_cert, "Use TLS, and present this PEM file's certificate")
      ->type_name("FILE");
  command->add_option("--tls-key", options->tls_key, "The key of --tls-cert")->type_name("FILE");
  command->callback([&run, options] { run = [options] { return Health(*options); }; });
}

}  // namespace keelson
