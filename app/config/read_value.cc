#include "app/config/read_value.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/str_join.h"
#include "app/config/notation.h"
#include "app/config/reading.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

template <typename T>
constexpr bool kIsInteger = std::is_same_v<T, int> || std::is_same_v<T, std::int64_t>;
// True if T is written as a string in TOML.
template <typename T>
constexpr bool kIsText =
    std::is_same_v<T, std::string> || std::is_same_v<T, absl::Duration> || std::is_same_v<T, ByteSize>;
template <typename T>
constexpr bool kIsScalar =
    kIsText<T> || kIsInteger<T> || std::is_same_v<T, bool> || std::is_same_v<T, double>;
template <typename T>
constexpr bool kIsTable = std::is_same_v<T, std::map<Currency, std::int64_t>>;

template <typename T>
std::optional<T> FromNode(const toml::node& node) {
  if constexpr (kIsText<T>) {
    const auto* text = node.as_string();
    return text == nullptr ? std::nullopt : FromText<T>(text->get());
  } else if constexpr (kIsInteger<T>) {
    const auto* number = node.as_integer();
    if (number == nullptr || !std::in_range<T>(number->get())) return std::nullopt;
    return static_cast<T>(number->get());
  } else if constexpr (std::is_same_v<T, double>) {
    return node.is_number() ? node.value<double>() : std::nullopt;
  } else {
    return node.value_exact<T>();
  }
}

template <typename T>
std::string Expected(const Key& key) {
  std::string text = StrCat("must be ", ExpectedForm<T>());
  if (!key.min.empty()) text += StrCat(", from ", key.min, " to ", key.max);
  return text;
}

template <typename T>
bool WithinBounds(const Key& key, const T& value) {
  return key.min.empty() || (value >= *FromText<T>(key.min) && value <= *FromText<T>(key.max));
}

template <typename T>
requires kIsScalar<T>
void ReadInto(const Reading& reading, const toml::node& node, T& member) {
  std::optional<T> value = FromNode<T>(node);
  if (!value || !WithinBounds(reading.key, *value)) {
    reading.Fail(node, Expected<T>(reading.key));
    return;
  }
  if constexpr (std::is_same_v<T, std::string>) {
    if (std::string error = ChoiceError(reading.key, *value); !error.empty()) {
      reading.Fail(node, std::move(error));
      return;
    }
  }
  member = *std::move(value);
}

bool HasTypeOf(const Key& key, const toml::node& node) {
  return std::visit(
      [&]<typename T>(const MemberOf<T>&) {
        if constexpr (kIsText<T>) return node.is_string();
        if constexpr (kIsInteger<T>) return node.is_integer();
        if constexpr (std::is_same_v<T, bool>) return node.is_boolean();
        if constexpr (std::is_same_v<T, double>) return node.is_number();
        return kIsTable<T> ? node.is_table() : node.is_array();
      },
      key.member);
}

void ReadDirect(const Reading& reading, const toml::node& node, Config& config) {
  std::visit([&](const auto& member) { ReadInto(reading, node, member(config)); }, reading.key.member);
}

// Parses `text` as a TOML value. Returns a table with the key "value", or nullopt if `text` is no TOML value.
std::optional<toml::table> ParseTomlValue(std::string_view text) {
  try {
    toml::table table = toml::parse(StrCat("value = ", text));
    if (table.size() == 1 && table.contains("value")) return table;
  } catch (const toml::parse_error&) {
  }
  return std::nullopt;
}

// Calls `read` with `text` parsed as a TOML value, or with `text` as a string if the parsed value does not
// have the key's type.
void WithNodeOf(const Key& key, std::string_view text, absl::FunctionRef<void(const toml::node&)> read) {
  const std::optional<toml::table> parsed = ParseTomlValue(text);
  const toml::node* node = parsed ? parsed->get("value") : nullptr;
  if (node != nullptr && HasTypeOf(key, *node)) return read(*node);
  read(toml::value<std::string>(std::string(text)));
}

void ReadResolved(const Reading& reading, const toml::node& node, std::string_view text, Config& config) {
  // An error in the value of an "env:" or "file:" reference is reported at the line of the reference.
  const unsigned line = node.source().begin.line;
  const auto report_error = [&](unsigned, std::string_view key, std::string error) {
    reading.report_error(line, key, std::move(error));
  };
  const Reading resolved{reading.key, reading.environment, report_error};
  if (std::holds_alternative<MemberOf<std::string>>(reading.key.member)) {
    return ReadDirect(resolved, toml::value<std::string>(std::string(text)), config);
  }
  WithNodeOf(reading.key, text, [&](const toml::node& found) { ReadDirect(resolved, found, config); });
}

}  // namespace

std::string ChoiceError(const Key& key, std::string_view value) {
  if (key.choices.empty() || std::ranges::count(key.choices, value) != 0) return "";
  return StrCat("must be one of: ", absl::StrJoin(key.choices, ", "));
}

std::optional<std::string> ReadString(const Reading& reading, const toml::node& node, std::string_view name) {
  const auto* text = node.as_string();
  if (text == nullptr) return reading.Fail(node, name, "must be a string");
  absl::StatusOr<std::string> resolved = Resolve(text->get(), reading.environment);
  if (!resolved.ok()) return reading.Fail(node, name, std::string(resolved.status().message()));
  return *std::move(resolved);
}

void ReadValue(const Key& key, const toml::node& node, const Environment& environment, Config& config,
               ReportError report_error) {
  const Reading reading{key, environment, report_error};
  const auto* text = node.as_string();
  if (text == nullptr || !IsIndirect(text->get())) return ReadDirect(reading, node, config);
  const std::optional<std::string> resolved = ReadString(reading, node, key.name);
  if (resolved) ReadResolved(reading, node, *resolved, config);
}

void ReadValueText(const Key& key, std::string_view text, const Environment& environment, Config& config,
                   ReportError report_error) {
  WithNodeOf(key, text,
             [&](const toml::node& node) { ReadValue(key, node, environment, config, report_error); });
}

}  // namespace keelson
