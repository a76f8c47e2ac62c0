#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "adapters/grpc_client/health_probe.h"
#include "app/commands/commands.h"
#include "app/commands/connection_options.h"

namespace keelson {
namespace {

struct HealthOptions {
  ConnectionOptions connection = {.timeout = absl::Seconds(5)};
  std::string service;
};

ExitCode Health(const HealthOptions& options) {
  const absl::Status status = ProbeHealth(options.connection, options.service);
  if (status.ok()) std::cout << "SERVING\n";
  return ReportResult(status);
}

}  // namespace

void AddHealthCommand(CLI::App& program, Run& run) {
  CLI::App* command =
      program.add_subcommand("health", "Check the health of a server; exit 0 if it is SERVING, else 1");
  const auto options = std::make_shared<HealthOptions>();
  command->add_option("ADDRESS", options->connection.address, "The server's address")
      ->type_name("HOST:PORT")
      ->required();
  command
      ->add_option("--service", options->service, "Full name of one service; default: the server as a whole")
      ->type_name("NAME");
  AddTlsOptions(*command, options->connection);
  command->callback([&run, options] { run = [options] { return Health(*options); }; });
}

}  // namespace keelson
