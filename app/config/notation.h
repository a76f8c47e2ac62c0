// Conversion of configuration values from text and to TOML.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "app/config/config.h"

namespace keelson {

// Parses `text`; nothing if it is invalid.
template <typename T>
std::optional<T> FromText(std::string_view text);

// The expected form, for error messages: "a duration such as \"30s\"".
template <typename T>
std::string_view ExpectedForm();

// A TOML value that parses to an equal value. Secrets inside clients are replaced by kHidden.
std::string ToToml(std::string_view value);
std::string ToToml(bool value);
std::string ToToml(std::int64_t value);
std::string ToToml(double value);
std::string ToToml(absl::Duration value);
std::string ToToml(ByteSize value);
std::string ToToml(const std::vector<std::string>& value);
std::string ToToml(const std::set<OrderState>& value);
std::string ToToml(const std::map<Currency, std::int64_t>& value);
std::string ToToml(const std::vector<AuthClient>& value);

inline std::string ToToml(const std::string& value) {
  return ToToml(std::string_view(value));
}
inline std::string ToToml(int value) {
  return ToToml(std::int64_t{value});
}

inline constexpr std::string_view kHidden = "(hidden)";

}  // namespace keelson
