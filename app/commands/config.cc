#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "app/config/print.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

absl::Status CheckMachine(const LoadedConfig& loaded) {
  const Schema schema(BuiltInAdapters());
  std::vector<std::string> errors;
  for (const ConfigCheck& check : schema.machine_checks()) {
    for (const std::string& error : check.find_errors(loaded.config)) {
      errors.push_back(StrCat(OriginOf(loaded, check.keys), ": ", check.keys[0], " ", error));
    }
  }
  return errors.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
}

ExitCode Check(const ConfigOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options);
  const absl::Status status = loaded.ok() ? CheckMachine(*loaded) : loaded.status();
  if (status.ok()) std::cout << "the configuration is valid\n";
  return ReportResult(status);
}

ExitCode Show(const ConfigOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options);
  if (loaded.ok()) std::cout << ShowConfig(Schema(BuiltInAdapters()), *loaded);
  return ReportResult(loaded.status());
}

ExitCode Reference() {
  std::cout << ConfigReference(Schema(BuiltInAdapters()));
  return ExitCode::kDone;
}

void AddLoading(CLI::App& config, const char* name, const char* description,
                ExitCode (*act)(const ConfigOptions&), Run& run) {
  CLI::App* command = config.add_subcommand(name, description);
  const auto options = std::make_shared<ConfigOptions>();
  AddConfigOptions(*command, *options);
  command->callback([&run, options, act] { run = [options, act] { return act(*options); }; });
}

}  // namespace

void AddConfigCommand(CLI::App& program, Run& run) {
  CLI::App* config = program.add_subcommand("config", "Check or print the configuration");
  config->require_subcommand(1);
  AddLoading(*config, "check", "Report every error in the configuration", &Check, run);
  AddLoading(*config, "show", "Print the effective value of every key and its source; secrets are hidden",
             &Show, run);
  config->add_subcommand("reference", "Print every key with its description and default, as TOML")
      ->callback([&run] { run = &Reference; });
}

}  // namespace keelson
