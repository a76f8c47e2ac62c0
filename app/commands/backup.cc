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

struct BackupOptions {
  ConfigOptions config;
  std::string file;
};

ExitCode Backup(const BackupOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options.config);
  if (!loaded.ok()) return ReportResult(loaded.status());
  SystemClock clock;
  Progress progress;
  const absl::Status status = BackUpStore(
      loaded->config, options.file, clock,
      [&](std::int64_t done, std::int64_t total) { progress.Show("copying", done, total, "pages"); });
  progress.Clear();
  if (status.ok()) std::cout << "backed up to " << options.file << '\n';
  return ReportResult(status);
}

}  // namespace

void AddBackupCommand(CLI::App& program, Run& run) {
  CLI::App* command =
      program.add_subcommand("backup", "Copy the SQLite database to a new file; safe while the service runs");
  const auto options = std::make_shared<BackupOptions>();
  AddConfigOptions(*command, options->config);
  command->add_option("FILE", options->file, "Backup file to create; must not exist")
      ->type_name("PATH")
      ->required();
  command->callback([&run, options] { run = [options] { return Backup(*options); }; });
}

}  // namespace keelson
