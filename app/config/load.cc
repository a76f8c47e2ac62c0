#include "app/config/load.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "adapters/support/files/small_file.h"
#include "app/config/checks.h"
#include "app/config/read_value.h"
#include "app/config/toml.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxConfigBytes = 1024 * 1024;
constexpr std::string_view kVariablePrefix = "KEELSON_";

std::string DidYouMean(std::string_view nearest) {
  return nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?");
}

class Loader {
 public:
  Loader(const Schema& schema, const ConfigSources& sources) : schema_(schema), sources_(sources) {}

  absl::StatusOr<LoadedConfig> Load() {
    ResolveDefaults();
    if (sources_.file) ReadFile(*sources_.file);
    for (const auto& [name, value] : sources_.environment) ReadVariable(name, value);
    for (const std::string& setting : sources_.settings) ReadSetting(setting);
    MoveReplaced();
    schema_.Inherit(loaded_.config, [this](const Key& key) { return loaded_.origins.contains(key.name); });
    Check();
    if (errors_.empty()) return std::move(loaded_);
    return absl::InvalidArgumentError(absl::StrJoin(errors_, "\n"));
  }

 private:
  void Report(std::string_view where, std::string_view key, std::string_view error) {
    errors_.push_back(StrCat(where, ": ", key, key.empty() ? "" : " ", error));
  }

  // Reports that the value of `key` is invalid. The checks that read this key are skipped.
  void ReportInvalid(std::string_view where, std::string_view key, std::string_view error) {
    Report(where, key, error);
    invalid_keys_.emplace(key.substr(0, key.find('[')));
  }

  void ReadFile(const std::string& path) {
    const absl::StatusOr<std::string> content = ReadSmallFile(path, kMaxConfigBytes);
    if (!content.ok()) return ReportInvalid(path, "", std::string(content.status().message()));
    try {
      ReadTable(path, "", toml::parse(*content, path));
    } catch (const toml::parse_error& error) {
      const toml::source_position at = error.source().begin;
      ReportInvalid(StrCat(path, ":", at.line, ":", at.column), "",
                    StrCat("is not TOML: ", absl::StrReplaceAll(ToAbsl(error.description()), {{"\n", " "}})));
    }
  }

  void ReadTable(const std::string& path, const std::string& prefix, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const std::string name = StrCat(prefix, key.str());
      const std::string where = StrCat(path, ":", key.source().begin.line);
      if (const Key* known = schema_.Find(name)) {
        ReadNode(path, where, *known, node);
      } else if (!schema_.HasSection(name)) {
        ReportInvalid(where, name, StrCat("is not a known key", DidYouMean(schema_.NearestTo(name))));
      } else if (node.is_table()) {
        ReadTable(path, name + ".", *node.as_table());
      } else {
        ReportInvalid(where, name, StrCat("is a section, not a key; write [", name, "]"));
      }
    }
  }

  void ReadNode(const std::string& path, const std::string& where, const Key& key, const toml::node& node) {
    loaded_.origins[key.name] = where;
    if (IsIndirectDefault(key, node)) return;
    ReadValue(key, node, sources_.environment, loaded_.config,
              [&](unsigned line, std::string_view name, const std::string& error) {
                ReportInvalid(StrCat(path, ":", line), name, error);
              });
  }

  void ReadVariable(const std::string& name, const std::string& value) {
    if (!name.starts_with(kVariablePrefix) || name.find("__") == std::string::npos) return;
    std::vector<std::string> known;
    for (const Key& key : schema_.keys()) {
      known.push_back(EnvironmentName(key));
      if (known.back() == name) return ReadOverride(name, key, value);
    }
    ReportInvalid(name, "", StrCat("does not override any known key", DidYouMean(Nearest(name, known))));
  }

  void ReadSetting(std::string_view setting) {
    const std::size_t equals = setting.find('=');
    const std::string name(setting.substr(0, equals));
    const Key* key = schema_.Find(name);
    if (equals == std::string_view::npos) {
      ReportInvalid("--set", name, "has no value; write --set KEY=VALUE");
    } else if (key == nullptr) {
      ReportInvalid("--set", name, StrCat("is not a known key", DidYouMean(schema_.NearestTo(name))));
    } else {
      ReadOverride("--set", *key, setting.substr(equals + 1));
    }
  }

  void ReadOverride(const std::string& where, const Key& key, std::string_view value) {
    loaded_.origins[key.name] = where;
    ReadValueText(key, value, sources_.environment, loaded_.config,
                  [&](unsigned, std::string_view name, const std::string& error) {
                    ReportInvalid(where, name, error);
                  });
  }

  // Moves the values of the keys that were replaced to the lists that replaced them.
  void MoveReplaced() {
    for (const Key& key : schema_.keys()) {
      const auto origin = loaded_.origins.find(key.name);
      if (key.replaced_by.empty() || origin == loaded_.origins.end() || invalid_keys_.contains(key.name)) {
        continue;
      }
      if (loaded_.origins.contains(key.replaced_by)) {
        ReportInvalid(origin->second, key.name,
                      StrCat("was replaced by ", key.replaced_by, ", which is set too; delete ", key.name));
        continue;
      }
      std::string& value = std::get<MemberOf<std::string>>(key.member)(loaded_.config);
      const auto& list = std::get<MemberOf<std::vector<std::string>>>(schema_.Find(key.replaced_by)->member);
      list(loaded_.config) = {std::exchange(value, "")};
      loaded_.origins[key.replaced_by] = origin->second;
      loaded_.origins.erase(key.name);
    }
  }

  // Replaces defaults such as "env:DATABASE_URL" with the variable's value. If the variable is not set, the
  // value is empty; that is no error, because the operator did not write the reference.
  void ResolveDefaults() {
    for (const Key& key : schema_.keys()) {
      const auto* member = std::get_if<MemberOf<std::string>>(&key.member);
      if (member == nullptr) continue;
      std::string& value = (*member)(loaded_.config);
      if (IsIndirect(value)) value = Resolve(value, sources_.environment).value_or("");
    }
  }

  // Returns true if the file sets the key to its default and the default is a reference, such as
  // "env:DATABASE_URL". A copy of the configuration reference contains such lines.
  static bool IsIndirectDefault(const Key& key, const toml::node& node) {
    const auto* member = std::get_if<MemberOf<std::string>>(&key.member);
    const auto* text = node.as_string();
    Config defaults;
    return member != nullptr && text != nullptr && IsIndirect(text->get()) &&
           (*member)(defaults) == text->get();
  }

  // Runs each check that reads only keys with valid values.
  void Check() {
    for (const ConfigCheck& check : schema_.checks()) {
      const bool readable = std::ranges::none_of(
          check.keys, [this](const std::string& key) { return invalid_keys_.contains(key); });
      if (!readable) continue;
      const std::string where = OriginOf(loaded_, check.keys);
      for (const std::string& error : check.find_errors(loaded_.config)) Report(where, check.keys[0], error);
    }
  }

  const Schema& schema_;
  const ConfigSources& sources_;
  LoadedConfig loaded_;
  std::vector<std::string> errors_;
  std::set<std::string, std::less<>> invalid_keys_;
};

}  // namespace

std::string OriginOf(const LoadedConfig& loaded, std::span<const std::string> keys) {
  for (const std::string& key : keys) {
    const auto origin = loaded.origins.find(key);
    if (origin != loaded.origins.end()) return origin->second;
  }
  return "default";
}

absl::StatusOr<LoadedConfig> LoadConfig(const Schema& schema, const ConfigSources& sources) {
  return Loader(schema, sources).Load();
}

}  // namespace keelson
