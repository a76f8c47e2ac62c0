#include "app/commands/commands.h"

#include <CLI/CLI.hpp>

namespace keelson {

void AddCommands(CLI::App& program, Run& run) {
  program.description("Keelson: a gRPC service that registers users and refunds orders.");
  program.footer(
      "Exit codes: 0 success, 1 failure, 2 invalid command line or configuration, 128 + N terminated by "
      "signal N.");
  program.require_subcommand(1);
  AddServeCommand(program, run);
  AddMigrateCommand(program, run);
  AddConfigCommand(program, run);
  AddVerifyCommand(program, run);
  AddReconcileCommand(program, run);
  AddTransferCommand(program, run);
  AddBackupCommand(program, run);
  AddRestoreCommand(program, run);
  AddHealthCommand(program, run);
  AddCallCommand(program, run);
  AddImportCommand(program, run);
  AddExportCommand(program, run);
  AddHashCommand(program, run);
  AddCompletionCommand(program, run);
  AddHelpCommand(program, run);
  AddVersionCommand(program, run);
}

}  // namespace keelson
