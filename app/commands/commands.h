// The subcommands of the command line, one source file each. Each Add function registers its command; parsing
// that command sets `run` to the function that executes it.
#pragma once

#include <functional>

#include "app/commands/exit_code.h"

namespace CLI {
class App;
}

namespace keelson {

using Run = std::function<ExitCode()>;

void AddServeCommand(CLI::App& program, Run& run);
void AddMigrateCommand(CLI::App& program, Run& run);
void AddConfigCommand(CLI::App& program, Run& run);
void AddVerifyCommand(CLI::App& program, Run& run);
void AddReconcileCommand(CLI::App& program, Run& run);
void AddTransferCommand(CLI::App& program, Run& run);
void AddBackupCommand(CLI::App& program, Run& run);
void AddRestoreCommand(CLI::App& program, Run& run);
void AddHealthCommand(CLI::App& program, Run& run);
void AddCallCommand(CLI::App& program, Run& run);
void AddImportCommand(CLI::App& program, Run& run);
void AddExportCommand(CLI::App& program, Run& run);
void AddHashCommand(CLI::App& program, Run& run);
void AddCompletionCommand(CLI::App& program, Run& run);
void AddHelpCommand(CLI::App& program, Run& run);
void AddVersionCommand(CLI::App& program, Run& run);

// Adds every command and the program's help text.
void AddCommands(CLI::App& program, Run& run);

}  // namespace keelson
