#include "app/config/adapter_sections.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "app/config/config_errors.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string SectionName(const Port& port, const ConfigSection& section) {
  return StrCat(port.section, ".", section.name);
}

// Returns a reference to the member of Config that holds an adapter's setting.
MemberRef MemberInConfig(const std::string& section, const AdapterSettings& defaults,
                         const SettingRef& setting) {
  return std::visit(
      [&]<typename T>(const SettingOf<T>& member) {
        return MemberRef(MemberOf<T>([section, defaults, member](Config& config) -> T& {
          return member(config.adapters.try_emplace(section, defaults).first->second);
        }));
      },
      setting);
}

ConfigErrors CheckSetting(const Port& port, const ConfigSection& section, const SettingKey& key,
                          AdapterSettings settings) {
  const std::string& value = std::get<SettingOf<std::string>>(key.member)(settings);
  if (!value.empty()) return key.check == nullptr ? ConfigErrors() : Require(key.check(value));
  return Require(!key.required,
                 StrCat("must not be empty when ", port.selector, " ", port.verb, " ", section.name));
}

// Returns the check of a key's value, or nullopt if the key has none.
std::optional<ConfigCheck> CheckOfKey(const Port& port, const ConfigSection& section, const SettingKey& key) {
  if (!key.required && key.check == nullptr) return std::nullopt;
  return ConfigCheck{{StrCat(SectionName(port, section), ".", key.name), std::string(port.selector)},
                     [port, section, key](const Config& config) {
                       if (!port.chooses(config, section.name)) return ConfigErrors();
                       return CheckSetting(port, section, key, SettingsOf(config, port, section));
                     }};
}

ConfigCheck CheckOfRule(const Port& port, const ConfigSection& section, const SettingsCheck& rule) {
  ConfigCheck check;
  for (const std::string_view key : rule.keys) {
    check.keys.push_back(StrCat(SectionName(port, section), ".", key));
  }
  if (!rule.always) check.keys.emplace_back(port.selector);
  check.find_errors = [port, section, rule](const Config& config) {
    if (!rule.always && !port.chooses(config, section.name)) return ConfigErrors();
    return Require(rule.check(SettingsOf(config, port, section)));
  };
  return check;
}

}  // namespace

const Port kStorePort = {"store", "store.adapter", "is", [](const Config& config, std::string_view name) {
                           return config.store.adapter == name;
                         }};
const Port kEmailPort = {"email", "email.providers", "lists",
                         [](const Config& config, std::string_view name) {
                           return std::ranges::count(config.email.providers, name) != 0;
                         }};
const Port kPaymentsPort = {"payments", "payments.providers", "lists",
                            [](const Config& config, std::string_view name) {
                              return std::ranges::count(config.payments.providers, name) != 0;
                            }};

const AdapterSettings& SettingsOf(const Config& config, const Port& port, const ConfigSection& section) {
  const auto loaded = config.adapters.find(SectionName(port, section));
  return loaded == config.adapters.end() ? section.defaults : loaded->second;
}

std::vector<Key> SectionKeys(const Port& port, const ConfigSection& section) {
  const std::string name = SectionName(port, section);
  std::vector<Key> keys;
  for (const SettingKey& key : section.keys) {
    keys.push_back({.name = StrCat(name, ".", key.name),
                    .member = MemberInConfig(name, section.defaults, key.member),
                    .description = key.description,
                    .min = key.min,
                    .max = key.max,
                    .choices = key.choices,
                    .secret = key.secret});
  }
  return keys;
}

std::vector<ConfigCheck> SectionChecks(const Port& port, const ConfigSection& section) {
  std::vector<ConfigCheck> checks;
  for (const SettingKey& key : section.keys) {
    if (auto check = CheckOfKey(port, section, key)) checks.push_back(*std::move(check));
  }
  for (const SettingsCheck& rule : section.checks) checks.push_back(CheckOfRule(port, section, rule));
  return checks;
}

std::vector<ConfigCheck> SectionMachineChecks(const Port& port, const ConfigSection& section) {
  std::vector<ConfigCheck> checks;
  for (const SettingsCheck& rule : section.machine_checks) checks.push_back(CheckOfRule(port, section, rule));
  return checks;
}

}  // namespace keelson
