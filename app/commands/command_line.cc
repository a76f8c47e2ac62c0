#include "app/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/common/nearest.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(StrCat("--", name));
  }
  return names;
}

std::vector<std::string> SubcommandNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : command.get_subcommands({})) names.push_back(subcommand->get_name());
  return names;
}

// Returns the error for the first unknown option or command of the command line; empty if all are known.
std::string ExplainTypo(const CLI::App& program) {
  const CLI::App* command = &program;
  while (command != nullptr) {
    const std::vector<std::string> unknown = command->remaining();
    if (!unknown.empty()) return ExplainUnknown(*command, unknown.front());
    const std::vector<CLI::App*> next = command->get_subcommands();
    command = next.empty() ? nullptr : next.front();
  }
  return "";
}

}  // namespace

std::string FullName(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : StrCat(FullName(*parent), " ", command.get_name());
}

std::string ExplainUnknown(const CLI::App& command, std::string_view word) {
  const bool is_option = word.starts_with('-');
  const std::vector<std::string> known = is_option ? OptionNames(command) : SubcommandNames(command);
  if (!is_option && known.empty()) return "";
  word = word.substr(0, word.find('='));
  const std::string nearest = Nearest(word, known);
  return StrCat(FullName(command), " has no ", is_option ? "option " : "command ", word,
                nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?"));
}

std::optional<ExitCode> ParseCommandLine(CLI::App& program, int argc, const char* const* argv) {
  try {
    program.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    const bool failed = error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success);
    const std::string typo = failed ? ExplainTypo(program) : "";
    if (failed) {
      std::cerr << "keelson: " << (typo.empty() ? error.what() : typo)
                << "\nRun with --help for more information.\n";
    } else {
      program.exit(error);
    }
    return failed ? ExitCode::kWrongUsage : ExitCode::kDone;
  }
}

}  // namespace keelson
