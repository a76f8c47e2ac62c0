#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/adapters.h"
#include "app/config/load.h"
#include "app/config/notation.h"

namespace keelson {

// Loads configurations from a temporary directory. The destructor deletes the directory.
class ConfigFixture {
 public:
  explicit ConfigFixture(const AdapterTable& adapters = BuiltInAdapters())
      : schema_(adapters),
        folder_(std::filesystem::temp_directory_path() / ("keelson-config-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~ConfigFixture() { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }
  std::string WriteFile(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name)) << content;
    return Path(name);
  }

  absl::StatusOr<LoadedConfig> LoadFile(const std::string& toml) const {
    return Load({.file = WriteFile("test.toml", toml)});
  }
  absl::StatusOr<LoadedConfig> LoadSettings(std::vector<std::string> settings) const {
    return Load({.settings = std::move(settings)});
  }
  absl::StatusOr<LoadedConfig> LoadEnvironment(Environment environment) const {
    return Load({.environment = std::move(environment)});
  }
  absl::StatusOr<LoadedConfig> Load(const ConfigSources& sources) const {
    return LoadConfig(schema_, sources);
  }

  // Returns the value of a key in `config` as a TOML literal.
  std::string Value(Config config, const std::string& key) const {
    return std::visit([&](const auto& member) { return ToToml(member(config)); }, schema_.Find(key)->member);
  }

  // Returns the error message of `loaded` without the directory's path; empty if `loaded` is OK.
  std::string Errors(const absl::StatusOr<LoadedConfig>& loaded) const {
    std::string text(loaded.status().message());
    const std::string prefix = folder_.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  const Schema& schema() const { return schema_; }

 private:
  const Schema schema_;
  const std::filesystem::path folder_;
};

}  // namespace keelson
