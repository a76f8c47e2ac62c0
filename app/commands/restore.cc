#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "adapters/system/system_clock.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "app/progress.h"

namespace keelson {
namespace {

struct RestoreOptions {
  ConfigOptions config;
  std::string file;
  bool replace = false;
};

ExitCode Restore(const RestoreOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options.config);
  if (!loaded.ok()) return ReportResult(loaded.status());
  SystemClock clock;
  Progress progress;
  const absl::StatusOr<std::string> restored = RestoreStore(
      loaded->config, {.backup = options.file, .replace = options.replace}, clock,
      [&](std::int64_t done, std::int64_t total) { progress.Show("copying", done, total, "pages"); });
  progress.Clear();
  if (restored.ok()) std::cout << "restored " << *restored << " from " << options.file << '\n';
  return ReportResult(restored.status());
}

}  // namespace

void AddRestoreCommand(CLI::App& program, Run& run) {
  CLI::App* command =
      program.add_subcommand("restore", "Replace the SQLite database with a backup; stop the service first");
  const auto options = std::make_shared<RestoreOptions>();
  AddConfigOptions(*command, options->config);
  command->add_flag("--replace", options->replace, "Overwrite an existing database");
  command->add_option("FILE", options->file, "Backup file to restore; stays unchanged")
      ->type_name("PATH")
      ->required();
  command->callback([&run, options] { run = [options] { return Restore(*options); }; });
}

}  // namespace keelson
