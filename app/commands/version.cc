#include <SQLiteCpp/SQLiteCpp.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/commands/commands.h"

namespace keelson {
namespace {

ExitCode Version() {
  std::cout << "keelson " << KEELSON_VERSION << " (sqlite " << SQLite::getLibVersion() << ", grpc "
            << grpc::Version() << ")\n";
  return ExitCode::kDone;
}

}  // namespace

void AddVersionCommand(CLI::App& program, Run& run) {
  program.add_subcommand("version", "Print the version")->callback([&run] { run = &Version; });
}

}  // namespace keelson
