// The command line's subcommands, a file for each. Each adds itself to the program; if it is the one that was
// asked for, `run` becomes what does its work and gives the exit code.
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
void AddTransferCommand(CLI::App& program, Run& run);
void AddBackupCommand(CLI::App& program, Run& run);
void AddRestoreCommand(CLI::App& program, Run& run);
void AddHealthCommand(CLI::App& program, Run& run);
void AddCallCommand(CLI::App& program, Run& run);
void AddCompletionCommand(CLI::App& program, Run& run);
void AddHelpCommand(CLI::App& program, Run& run);
void AddVersionCommand(CLI::App& program, Run& run);

// All of them, and what the program says of itself.
void AddCommands(CLI::App& program, Run& run);

}  // namespace keelson
