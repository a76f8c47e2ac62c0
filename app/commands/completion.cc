#include <CLI/CLI.hpp>
#include <iostream>

#include "adapters/grpc_client/contract.h"
#include "app/commands/commands.h"
#include "app/commands/completion_script.h"

namespace keelson {

void AddCompletionCommand(CLI::App& program, Run& run) {
  CLI::App* completion = program.add_subcommand(
      "completion", "Print a shell script that completes commands, options and methods");
  completion->require_subcommand(1);
  const auto add = [&](const char* shell, const char* description, auto print) {
    completion->add_subcommand(shell, description)->callback([&program, &run, print] {
      run = [&program, print] {
        std::cout << print(program, MethodNames());
        return ExitCode::kDone;
      };
    });
  };
  add("bash", "Print the script for bash; to use it: source <(keelson completion bash)", &BashCompletion);
  add("zsh", "Print the script for zsh; to use it: source <(keelson completion zsh)", &ZshCompletion);
}

}  // namespace keelson
