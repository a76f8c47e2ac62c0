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
  // Nothing: no file. A named file must exist.
  std::optional<std::string> file = {};
  Environment environment = {};
  // "KEY=VALUE".
  std::vector<std::string> settings = {};
};

struct LoadedConfig {
  Config config;
  // The source of each key's value: "keelson.toml:3", "KEELSON_STORE__ADAPTER" or "--set". Keys with default
  // values are missing.
  std::map<std::string, std::string, std::less<>> origins = {};
};

// The origin of the first of these keys that is set; "default" if none is set.
std::string OriginOf(const LoadedConfig& loaded, std::span<const std::string> keys);

// INVALID_ARGUMENT with one line per error: the origin, the key and the rule. No error repeats the value of a
// secret. Blocks on files.
absl::StatusOr<LoadedConfig> LoadConfig(const Schema& schema, const ConfigSources& sources);

}  // namespace keelson
