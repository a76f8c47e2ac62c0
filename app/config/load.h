// Reading the configuration: defaults, then a TOML file, then the environment, then --set, each over the one
// before.
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
  // Nothing: there is no file. One that is named must be there.
  std::optional<std::string> file = {};
  Environment environment = {};
  // "KEY=VALUE".
  std::vector<std::string> settings = {};
};

struct LoadedConfig {
  Config config;
  // Where a key's value came from ("keelson.toml:3", "KEELSON_STORE__ADAPTER", "--set"); keys that have their
  // defaults are not in it.
  std::map<std::string, std::string, std::less<>> origins = {};
};

// The origin of the first of these keys that is set; "default" if none is set.
std::string OriginOf(const LoadedConfig& loaded, std::span<const std::string> keys);

// INVALID_ARGUMENT with one line per error: the origin, the key and the rule. No error repeats the value of a
// secret. Blocks on files.
absl::StatusOr<LoadedConfig> LoadConfig(const Schema& schema, const ConfigSources& sources);

}  // namespace keelson
