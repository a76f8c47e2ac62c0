#include "adapters/support/http/provider_response.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kMaxRetryAfter = absl::Hours(24);

}  // namespace

ProviderResponse::ProviderResponse(HttpResponse response)
    : response_(std::move(response)), json_(nlohmann::json::parse(response_.body, nullptr, false)) {}

std::string ProviderResponse::Text(std::string_view member) const {
  return TextMember(json_, member);
}

std::string TextMember(const nlohmann::json& object, std::string_view name) {
  const nlohmann::json member = Member(object, name);
  if (member.is_string()) return member.get<std::string>();
  return member.is_number_integer() ? StrCat(member.get<std::int64_t>()) : "";
}

nlohmann::json Member(const nlohmann::json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nlohmann::json() : *found;
}

std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now) {
  std::int64_t seconds = 0;
  if (absl::SimpleAtoi(ToAbsl(value), &seconds)) {
    return std::clamp(absl::Seconds(seconds), absl::ZeroDuration(), kMaxRetryAfter);
  }
  absl::Time time;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", std::string(value), &time, nullptr)) return std::nullopt;
  return std::clamp(time - now, absl::ZeroDuration(), kMaxRetryAfter);
}

std::optional<absl::Duration> UntilUnixTime(std::string_view seconds, absl::Time now) {
  std::int64_t time = 0;
  if (!absl::SimpleAtoi(ToAbsl(seconds), &time)) return std::nullopt;
  return std::clamp(absl::FromUnixSeconds(time) - now, absl::ZeroDuration(), kMaxRetryAfter);
}

}  // namespace keelson
