// Converts configuration values from text and to TOML.
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

// Parses `text` as a value of the type T; returns nullopt if `text` is invalid.
template <typename T>
std::optional<T> FromText(std::string_view text);

// Describes the notation of a type in error messages: "a duration such as \"30s\"".
template <typename T>
std::string_view ExpectedForm();

// Returns `value` as a TOML literal that parses back to the same value. Exception: the digests of bearer
// tokens in auth.clients (token_sha256) are replaced with kHidden.
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

// Printed instead of a secret.
inline constexpr std::string_view kHidden = "(hidden)";

}  // namespace keelson
