// Loads the configuration from the defaults, the TOML file, the environment and --set. Later sources take
// precedence.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "app/config/config.h"
#include "app/config/indirection.h"
#include "app/config/schema.h"

namespace keelson {

struct ConfigSources {
  // Path of the TOML file, which must exist; nullopt: no file is read.
  std::optional<std::string> file = {};
  Environment environment = {};
  // The values of --set, each "KEY=VALUE".
  std::vector<std::string> settings = {};
};

struct LoadedConfig {
  Config config;
  // The source of each key's value, by key: "keelson.toml:3", "KEELSON_STORE__ADAPTER" or "--set". Keys with
  // their default value have no entry.
  std::map<std::string, std::string, std::less<>> origins = {};
};

// Returns the source of the value of the first key in `keys` that is set; "default" if none is set.
std::string OriginOf(const LoadedConfig& loaded, std::span<const std::string> keys);

// Loads and checks the configuration. Returns INVALID_ARGUMENT with one line per error: the source, the key
// and the rule. No error contains the value of a secret. Blocks on files.
absl::StatusOr<LoadedConfig> LoadConfig(const Schema& schema, const ConfigSources& sources);

}  // namespace keelson
