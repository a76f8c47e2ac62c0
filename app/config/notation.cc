#include "app/config/notation.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

template <typename Range, typename Write>
std::string List(const Range& values, Write write) {
  return StrCat(
      "[",
      absl::StrJoin(values, ", ",
                    [&](std::string* out, const auto& value) { *out += StrCat(ToToml(write(value))); }),
      "]");
}

std::string ClientToToml(const AuthClient& client) {
  std::string text = StrCat("{ name = ", ToToml(client.name));
  if (!client.token_sha256.empty()) text += StrCat(", token_sha256 = ", ToToml(kHidden));
  if (!client.certificate_name.empty()) {
    text += StrCat(", certificate_name = ", ToToml(client.certificate_name));
  }
  return StrCat(text, ", roles = ", ToToml(client.roles), " }");
}

}  // namespace

template <>
std::optional<std::string> FromText(std::string_view text) {
  return std::string(text);
}

template <>
std::optional<bool> FromText(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

template <>
std::optional<int> FromText(std::string_view text) {
  int value = 0;
  return absl::SimpleAtoi(ToAbsl(text), &value) ? std::optional(value) : std::nullopt;
}

template <>
std::optional<std::int64_t> FromText(std::string_view text) {
  std::int64_t value = 0;
  return absl::SimpleAtoi(ToAbsl(text), &value) ? std::optional(value) : std::nullopt;
}

template <>
std::optional<double> FromText(std::string_view text) {
  double value = 0;
  return absl::SimpleAtod(ToAbsl(text), &value) ? std::optional(value) : std::nullopt;
}

template <>
std::optional<absl::Duration> FromText(std::string_view text) {
  absl::Duration value;
  if (!absl::ParseDuration(ToAbsl(text), &value) || value == absl::InfiniteDuration()) return std::nullopt;
  return value;
}

template <>
std::optional<ByteSize> FromText(std::string_view text) {
  return ParseByteSize(text);
}

template <>
std::string_view ExpectedForm<std::string>() {
  return "a string";
}
template <>
std::string_view ExpectedForm<bool>() {
  return "true or false";
}
template <>
std::string_view ExpectedForm<int>() {
  return "a whole number";
}
template <>
std::string_view ExpectedForm<std::int64_t>() {
  return "a whole number";
}
template <>
std::string_view ExpectedForm<double>() {
  return "a number";
}
template <>
std::string_view ExpectedForm<absl::Duration>() {
  return "a duration such as \"30s\" or \"24h\"";
}
template <>
std::string_view ExpectedForm<ByteSize>() {
  return "a size such as \"64KiB\" or \"1MiB\"";
}

std::string ToToml(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += StrCat("\\", std::string_view(&c, 1));
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&text, "\\u%04X", static_cast<unsigned>(c));
    } else {
      text.push_back(c);
    }
  }
  return text + "\"";
}

std::string ToToml(bool value) {
  return value ? "true" : "false";
}
std::string ToToml(std::int64_t value) {
  return StrCat(value);
}
std::string ToToml(double value) {
  return StrCat(value);
}

std::string ToToml(absl::Duration value) {
  if (value == absl::ZeroDuration()) return ToToml(std::string_view("0s"));
  return ToToml(absl::FormatDuration(value));
}

std::string ToToml(ByteSize value) {
  return ToToml(FormatByteSize(value));
}

std::string ToToml(const std::vector<std::string>& value) {
  return List(value, [](const std::string& text) { return std::string_view(text); });
}

std::string ToToml(const std::set<OrderState>& value) {
  return List(value, [](OrderState state) { return absl::AsciiStrToLower(ToAbsl(OrderStateName(state))); });
}

std::string ToToml(const std::map<Currency, std::int64_t>& value) {
  if (value.empty()) return "{}";
  return StrCat("{ ",
                absl::StrJoin(value, ", ",
                              [](std::string* out, const auto& limit) {
                                *out += StrCat(limit.first.code(), " = ", limit.second);
                              }),
                " }");
}

std::string ToToml(const std::vector<AuthClient>& value) {
  return StrCat(
      "[",
      absl::StrJoin(value, ", ",
                    [](std::string* out, const AuthClient& client) { *out += StrCat(ClientToToml(client)); }),
      "]");
}

}  // namespace keelson
