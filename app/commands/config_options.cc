#include "app/commands/config_options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/adapters.h"

namespace keelson {
namespace {

constexpr const char* kUsualFile = "keelson.toml";
constexpr std::string_view kOverridePrefix = "KEELSON_";

Environment ReadEnvironment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return environment;
}

}  // namespace

void AddConfigOptions(CLI::App& command, ConfigOptions& options) {
  command
      .add_option("--config", options.file,
                  "Configuration file; default: keelson.toml in the working directory, if it exists")
      ->type_name("FILE");
  command
      .add_option("--set", options.settings,
                  "Set one key, with priority over the file and the environment; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

ConfigOptions WithUsualFile(ConfigOptions options) {
  std::error_code error;
  if (options.file.empty() && (std::filesystem::exists(kUsualFile, error) || error)) {
    options.file = kUsualFile;
  }
  return options;
}

absl::StatusOr<LoadedConfig> LoadConfig(const ConfigOptions& options) {
  ConfigSources sources{.environment = ReadEnvironment(), .settings = options.settings};
  if (const std::string file = WithUsualFile(options).file; !file.empty()) sources.file = file;
  return LoadConfig(Schema(BuiltInAdapters()), sources);
}

absl::StatusOr<LoadedConfig> LoadConfigFile(const std::string& file) {
  Environment environment = ReadEnvironment();
  std::erase_if(environment,
                [](const auto& variable) { return variable.first.starts_with(kOverridePrefix); });
  return LoadConfig(Schema(BuiltInAdapters()), {.file = file, .environment = std::move(environment)});
}

}  // namespace keelson
