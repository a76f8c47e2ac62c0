#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "app/config/load.h"

namespace CLI {
class App;
}

namespace keelson {

// The options of every command that needs the configuration: --config FILE and --set KEY=VALUE.
struct ConfigOptions {
  // Empty: keelson.toml in the working directory where it exists.
  std::string file;
  std::vector<std::string> settings;
};

// `options` outlives the command's parsing.
void AddConfigOptions(CLI::App& command, ConfigOptions& options);

// The options with the file that they stand for: so that whoever loads them again needs the same file.
ConfigOptions WithUsualFile(ConfigOptions options);

// As LoadConfig, with this process's environment and this build's adapters.
absl::StatusOr<LoadedConfig> LoadConfig(const ConfigOptions& options);
// What the file alone says, for a command that has two: no variable overrides it, but those that it names as
// env:NAME are read.
absl::StatusOr<LoadedConfig> LoadConfigFile(const std::string& file);

}  // namespace keelson
