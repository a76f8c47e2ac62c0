// The configuration of one adapter as data: its keys, their defaults and their checks. Nothing here knows the
// format of the configuration or the other adapters.
#pragma once

#include <any>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace keelson {

// The values of an adapter's keys: a copyable struct of the adapter, whose member initializers are the
// defaults. Adapters without keys have NoSettings.
using AdapterSettings = std::any;
struct NoSettings {};

// Refers to the member of the settings that holds a key's value. The member's type is the key's type.
template <typename T>
using SettingOf = std::function<T&(AdapterSettings&)>;
using SettingRef =
    std::variant<SettingOf<std::string>, SettingOf<bool>, SettingOf<int>, SettingOf<absl::Duration>>;

template <typename Settings, typename T>
SettingRef RefTo(T Settings::*member) {
  return SettingOf<T>(
      [member](AdapterSettings& settings) -> T& { return std::any_cast<Settings&>(settings).*member; });
}

struct SettingKey {
  // Within the adapter's section: "pool_size".
  std::string_view name;
  SettingRef member;
  // For the operator, as a phrase.
  std::string_view description;
  // The bounds, written as a value is; empty: none.
  std::string_view min = {};
  std::string_view max = {};
  // The values that a string may have; empty: any.
  std::vector<std::string> choices = {};
  // A string that must not be empty where the adapter is chosen.
  bool required = false;
  // Checks the value of a string, unless it is empty or the adapter is not chosen. The error is a predicate
  // of the key: "must be …".
  absl::Status (*check)(std::string_view) = nullptr;
  // Never shown.
  bool secret = false;
};

// A rule beyond the type, bounds and form of one key.
struct SettingsCheck {
  // The keys that the rule reads, within the adapter's section. An error is reported for the first.
  std::vector<std::string_view> keys;
  // The error is a predicate of the first key.
  std::function<absl::Status(const AdapterSettings&)> check;
  // Whether the rule holds also where the adapter is not chosen.
  bool always = false;
};

struct ConfigSection {
  // The adapter's name in the configuration, and that of its section: "sqlite" for [store.sqlite].
  std::string_view name;
  AdapterSettings defaults = NoSettings();
  std::vector<SettingKey> keys = {};
  std::vector<SettingsCheck> checks = {};
  // Checks that depend on the machine, such as existing directories. `keelson config check` runs them;
  // starting the service reports the same errors. They open no connection and write nothing.
  std::vector<SettingsCheck> machine_checks = {};
};

// A function of an adapter's own settings struct as one of AdapterSettings.
template <typename Result, typename Settings, typename... Arguments>
std::function<Result(const AdapterSettings&, Arguments...)> WithSettings(Result (*function)(const Settings&,
                                                                                            Arguments...)) {
  return [function](const AdapterSettings& settings, Arguments... arguments) {
    return function(std::any_cast<const Settings&>(settings), std::forward<Arguments>(arguments)...);
  };
}

}  // namespace keelson
