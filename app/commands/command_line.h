#pragma once

#include <optional>

#include "app/commands/exit_code.h"

namespace CLI {
class App;
}

namespace keelson {

// Parses the command line into the options of `program` and its commands. Nothing: the command may run.
// Otherwise the exit code: help, the version or an error, which names a mistyped command or option and the
// nearest one, has been written.
std::optional<ExitCode> ParseCommandLine(CLI::App& program, int argc, const char* const* argv);

}  // namespace keelson
