#include "app/commands/commands.h"

#include <CLI/CLI.hpp>

namespace keelson {

void AddCommands(CLI::App& program, Run& run) {
  program.description("Keelson: registers people, sells to them and gives money back, over gRPC.");
  program.footer("Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 128 + N ended by signal N.");
  program.require_subcommand(1);
  AddServeCommand(program, run);
  AddMigrateCommand(program, run);
  AddConfigCommand(program, run);
  AddVerifyCommand(program, run);
  AddTransferCommand(program, run);
  AddBackupCommand(program, run);
  AddRestoreCommand(program, run);
  AddHealthCommand(program, run);
  AddCallCommand(program, run);
  AddCompletionCommand(program, run);
  AddHelpCommand(program, run);
  AddVersionCommand(program, run);
}

}  // namespace keelson
