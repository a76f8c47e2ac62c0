#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "adapters/system/system_clock.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct MigrateOptions {
  ConfigOptions config;
  std::optional<int> to;
};

std::string Describe(const MigrationStatus& step) {
  switch (step.state) {
    case MigrationState::kApplied:
      return StrCat("applied ",
                    absl::FormatTime(step.apply_time.value_or(absl::UnixEpoch()), absl::UTCTimeZone()));
    case MigrationState::kPending:
      return "pending";
    case MigrationState::kChanged:
      return "applied, but its SQL differs from this version's";
    case MigrationState::kUnknown:
      return "applied by a newer version of keelson";
  }
  return "";
}

absl::Status PrintStatus(const Migrator& migrator) {
  ASSIGN_OR_RETURN(const std::vector<MigrationStatus> steps, migrator.Status());
  for (const MigrationStatus& step : steps) {
    std::cout << absl::StrFormat("%04d  %-24s  %s\n", step.version, step.name, Describe(step));
  }
  return absl::OkStatus();
}

void PrintChanges(std::string_view change, const std::vector<int>& versions) {
  for (const int version : versions) std::cout << absl::StrFormat("%s %04d\n", std::string(change), version);
  if (versions.empty()) std::cout << "nothing to do\n";
}

using Direction = absl::Status (*)(const Migrator&, std::optional<int> to);

absl::Status Up(const Migrator& migrator, std::optional<int> to) {
  ASSIGN_OR_RETURN(const std::vector<int> versions, migrator.Up(to));
  PrintChanges("applied", versions);
  return absl::OkStatus();
}
absl::Status Down(const Migrator& migrator, std::optional<int> to) {
  ASSIGN_OR_RETURN(const std::vector<int> versions, migrator.Down(to));
  PrintChanges("reverted", versions);
  return absl::OkStatus();
}
absl::Status Status(const Migrator& migrator, std::optional<int>) {
  return PrintStatus(migrator);
}

ExitCode Migrate(const MigrateOptions& options, Direction direction) {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options.config);
  if (!loaded.ok()) return ReportResult(loaded.status());
  SystemClock clock;
  const absl::StatusOr<std::unique_ptr<Migrator>> migrator = MakeMigrator(loaded->config, clock);
  return ReportResult(migrator.ok() ? direction(**migrator, options.to) : migrator.status());
}

CLI::App* AddDirection(CLI::App& migrate, const char* name, const char* description, Direction direction,
                       const std::shared_ptr<MigrateOptions>& options, Run& run) {
  CLI::App* command = migrate.add_subcommand(name, description);
  AddConfigOptions(*command, options->config);
  command->callback(
      [&run, options, direction] { run = [options, direction] { return Migrate(*options, direction); }; });
  return command;
}

}  // namespace

void AddMigrateCommand(CLI::App& program, Run& run) {
  CLI::App* migrate =
      program.add_subcommand("migrate", "Apply, revert or list the schema migrations of the store");
  migrate->require_subcommand(1);
  const auto options = std::make_shared<MigrateOptions>();
  AddDirection(*migrate, "up", "Apply the pending migrations", &Up, options, run)
      ->add_option("--to", options->to, "Last version to apply; default: the latest")
      ->type_name("N");
  AddDirection(*migrate, "down", "Revert the latest migration; the data in its tables and columns is lost",
               &Down, options, run)
      ->add_option("--to", options->to, "Revert every migration above this version")
      ->type_name("N");
  AddDirection(*migrate, "status", "List every migration with its state", &Status, options, run);
}

}  // namespace keelson
