#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/commands/exit_code.h"

namespace CLI {
class App;
}

namespace keelson {

// Parses the command line into the options of `program` and its commands. Returns nothing if the command can
// run. Otherwise it has printed the help, the version or an error, and returns the exit code. An error about
// an unknown command or option suggests the most similar one.
std::optional<ExitCode> ParseCommandLine(CLI::App& program, int argc, const char* const* argv);

// "keelson config" of its subcommand.
std::string FullName(const CLI::App& command);
// The error for an option or subcommand that `command` does not have, with the nearest one; empty if `word`
// is neither an option nor in the place of a subcommand.
std::string ExplainUnknown(const CLI::App& command, std::string_view word);

}  // namespace keelson
