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
  // Empty: keelson.toml in the working directory, if it exists.
  std::string file;
  std::vector<std::string> settings;
};

// Adds --config and --set to `command`. Parsing the command line later writes to `options`, which must still
// exist at that time.
void AddConfigOptions(CLI::App& command, ConfigOptions& options);

// Sets `options.file` to the default file if `options.file` is empty and the default file exists. A later
// reload then fails if the file is missing, instead of using the defaults.
ConfigOptions WithUsualFile(ConfigOptions options);

// Calls LoadConfig of load.h with the options, this process's environment and this build's adapters.
absl::StatusOr<LoadedConfig> LoadConfig(const ConfigOptions& options);
// Loads one file for a command that reads two configurations. KEELSON_* variables are ignored, because they
// would apply to both; env:NAME references in the file are resolved.
absl::StatusOr<LoadedConfig> LoadConfigFile(const std::string& file);

}  // namespace keelson
