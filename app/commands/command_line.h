#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/commands/exit_code.h"

namespace CLI {
class App;
}

namespace keelson {

// Parses the command line into the options of `program` and its commands. Returns nullopt if the command can
// run. Otherwise prints the help, the version or an error, and returns the exit code. The error for an
// unknown command or option suggests the most similar name.
std::optional<ExitCode> ParseCommandLine(CLI::App& program, int argc, const char* const* argv);

// Returns the names of the command and of its parents, such as "keelson config check".
std::string FullName(const CLI::App& command);
// Returns the error for the unknown option or subcommand `word` of `command`, with the most similar name.
// Returns an empty string if `word` is neither an option nor at the position of a subcommand.
std::string ExplainUnknown(const CLI::App& command, std::string_view word);

}  // namespace keelson
