#include <CLI/CLI.hpp>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/signals.h"
#include "app/standard_streams.h"

int main(int argc, char** argv) {
  keelson::OpenStandardStreams();
  keelson::ExitOnStopSignals();
  CLI::App program("", "keelson");
  keelson::Run run;
  keelson::AddCommands(program, run);
  if (const auto exit_code = keelson::ParseCommandLine(program, argc, argv)) {
    return static_cast<int>(*exit_code);
  }
  return static_cast<int>(run());
}
