#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"

namespace keelson {
namespace {

CLI::App* FindSubcommand(CLI::App& command, const std::string& name) {
  const auto found =
      command.get_subcommands([&](CLI::App* candidate) { return candidate->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

ExitCode Help(const std::vector<std::string>& names) {
  // CLI11 prints the help of the parsed command, which is `help` itself. Therefore the words after `help` are
  // looked up in a second parser.
  CLI::App program("", "keelson");
  Run unused;
  AddCommands(program, unused);
  CLI::App* command = &program;
  for (const std::string& name : names) {
    CLI::App* subcommand = FindSubcommand(*command, name);
    if (subcommand == nullptr) {
      const std::string error = ExplainUnknown(*command, name);
      return ReportResult(
          absl::InvalidArgumentError(error.empty() ? FullName(*command) + " has no commands" : error));
    }
    command = subcommand;
  }
  std::cout << command->help(command == &program ? "" : FullName(*command->get_parent()));
  return ExitCode::kDone;
}

}  // namespace

void AddHelpCommand(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand("help", "Print the help of a command");
  const auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("COMMAND", *names, "The command, such as config check; default: keelson itself")
      ->type_name("NAME");
  command->callback([&run, names] { run = [names] { return Help(*names); }; });
}

}  // namespace keelson
