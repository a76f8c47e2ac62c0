// Describes the configuration keys of one adapter, with their defaults and checks. Independent of the
// configuration's file format and of other adapters.
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

// Refers to the member of the settings that holds a key's value. The member's type determines the key's type.
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
  // Name within the adapter's section, such as "pool_size".
  std::string_view name;
  SettingRef member;
  // Phrase for `keelson config reference`: the effect of the key, its unit, and the meaning of an empty
  // value.
  std::string_view description;
  // Bounds, in the notation of a value ("10ms"); empty: no bound.
  std::string_view min = {};
  std::string_view max = {};
  // Allowed values of a string; empty: any.
  std::vector<std::string> choices = {};
  // Whether the string must not be empty if the adapter is selected.
  bool required = false;
  // Checks the value of a string. Not called if the value is empty or the adapter is not selected. The error
  // message is appended to the name of the key, so it starts with a verb ("must be …").
  absl::Status (*check)(std::string_view) = nullptr;
  // Whether the value is hidden in output and logs.
  bool secret = false;
};

// A rule that the type, bounds and `check` of a single key can't express.
struct SettingsCheck {
  // The keys that the rule reads, within the adapter's section. An error is reported for the first key.
  std::vector<std::string_view> keys;
  // The error message is appended to the name of the first key in `keys`, so it starts with a verb ("must be
  // …").
  std::function<absl::Status(const AdapterSettings&)> check;
  // Whether the rule also applies if the adapter is not selected.
  bool always = false;
};

struct ConfigSection {
  // Name of the adapter and of its section in the configuration: "sqlite" for [store.sqlite].
  std::string_view name;
  AdapterSettings defaults = NoSettings();
  std::vector<SettingKey> keys = {};
  std::vector<SettingsCheck> checks = {};
  // Checks that depend on the machine, such as existing directories. `keelson config check` runs them;
  // starting the service reports the same errors. These checks open no connection and write nothing.
  std::vector<SettingsCheck> machine_checks = {};
};

// Adapts a function of an adapter's settings struct to a function of AdapterSettings.
template <typename Result, typename Settings, typename... Arguments>
std::function<Result(const AdapterSettings&, Arguments...)> WithSettings(Result (*function)(const Settings&,
                                                                                            Arguments...)) {
  return [function](const AdapterSettings& settings, Arguments... arguments) {
    return function(std::any_cast<const Settings&>(settings), std::forward<Arguments>(arguments)...);
  };
}

}  // namespace keelson
