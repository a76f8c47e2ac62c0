#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/signals.h"
#include "app/standard_streams.h"

int main(int argc, char** argv) {
  keelson::OpenStandardStreams();
  keelson::ExitOnStopSignals();
  CLI::App program("", "keelson");
  keelson::Run run;
  keelson::AddCommands(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Asking for help is no mistake.
    return program.exit(error) == 0 ? 0 : static_cast<int>(keelson::ExitCode::kWrongUsage);
  }
  return static_cast<int>(run());
}
