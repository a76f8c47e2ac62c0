#include "adapters/email/http/provider_response.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr absl::Duration kMaxRetryAfter = absl::Hours(24);

Kind KindOfStatus(int status) {
  switch (status) {
    case 401:
    case 403:
    case 404:
    case 405:
    case 406:
    case 407:
    case 410:
    case 415:
    case 421:
    case 426:
    case 451:
      return Kind::kConfig;
    case 402:
      return Kind::kQuota;
    // 408 Request Timeout: the server may nevertheless have received the whole request.
    case 408:
      return Kind::kUnknown;
    case 413:
      return Kind::kNotExpressible;
    case 429:
      return Kind::kRetry;
    case 503:
      return Kind::kUnreachable;
    default:
      if (status >= 300 && status < 400) return Kind::kConfig;
      return status >= 400 && status < 500 ? Kind::kRefused : Kind::kUnknown;
  }
}

bool Matches(const ResponseRule& rule, int status, std::string_view code, std::string_view text) {
  return (rule.status == 0 || rule.status == status) && (rule.code.empty() || rule.code == code) &&
         absl::StrContains(absl::AsciiStrToLower(ToAbsl(text)), absl::AsciiStrToLower(ToAbsl(rule.text)));
}

}  // namespace

ProviderResponse::ProviderResponse(HttpResponse response)
    : response_(std::move(response)), json_(nlohmann::json::parse(response_.body, nullptr, false)) {}

std::string ProviderResponse::Text(std::string_view member) const {
  if (!json_.is_object()) return "";
  const auto found = json_.find(member);
  if (found == json_.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? StrCat(found->get<std::int64_t>()) : "";
}

const ResponseRule* FindRule(std::span<const ResponseRule> rules, int status, std::string_view code,
                             std::string_view text) {
  for (const ResponseRule& rule : rules) {
    if (Matches(rule, status, code, text)) return &rule;
  }
  return nullptr;
}

SendOutcome::Kind KindOf(std::span<const ResponseRule> rules, int status, std::string_view code,
                         std::string_view text) {
  const ResponseRule* const rule = FindRule(rules, status, code, text);
  return rule != nullptr ? rule->kind : KindOfStatus(status);
}

SendOutcome ErrorOutcome(std::span<const ResponseRule> rules, const ProviderResponse& response,
                         std::string_view code, std::string_view text) {
  SendOutcome outcome;
  outcome.kind = KindOf(rules, response.status(), code, text);
  outcome.error = StrCat("HTTP ", response.status());
  if (!code.empty()) outcome.error += StrCat(" ", code);
  if (!text.empty()) outcome.error += StrCat(": ", text);
  if (!response.is_json()) outcome.error += ", response is not JSON";
  return outcome;
}

SendOutcome Accepted(std::string id) {
  SendOutcome outcome;
  outcome.kind = Kind::kAccepted;
  outcome.provider_message_id = std::move(id);
  return outcome;
}

SendOutcome Unreadable(const ProviderResponse& response) {
  SendOutcome outcome;
  outcome.kind = Kind::kUnknown;
  outcome.error = StrCat("HTTP ", response.status(), " with an unexpected response body");
  return outcome;
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
