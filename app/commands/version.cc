#include <SQLiteCpp/SQLiteCpp.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "app/commands/commands.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string VersionLine() {
  return StrCat("keelson ", KEELSON_VERSION, " (sqlite ", SQLite::getLibVersion(), ", grpc ", grpc::Version(),
                ")");
}

ExitCode Version() {
  std::cout << VersionLine() << '\n';
  return ExitCode::kDone;
}

}  // namespace

void AddVersionCommand(CLI::App& program, Run& run) {
  program.set_version_flag("--version", &VersionLine, "Print the version and exit");
  program.add_subcommand("version", "Print the version")->callback([&run] { run = &Version; });
}

}  // namespace keelson
