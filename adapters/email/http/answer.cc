#include "adapters/email/http/answer.h"

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
    // The request came in too slowly; the server may have read all of it.
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

bool Matches(const AnswerRule& rule, int status, std::string_view code, std::string_view words) {
  return (rule.status == 0 || rule.status == status) && (rule.code.empty() || rule.code == code) &&
         absl::StrContains(absl::AsciiStrToLower(ToAbsl(words)), absl::AsciiStrToLower(ToAbsl(rule.words)));
}

}  // namespace

ProviderAnswer::ProviderAnswer(HttpAnswer answer)
    : answer_(std::move(answer)), json_(nlohmann::json::parse(answer_.body, nullptr, false)) {}

std::string ProviderAnswer::Text(std::string_view member) const {
  if (!json_.is_object()) return "";
  const auto found = json_.find(member);
  if (found == json_.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? StrCat(found->get<std::int64_t>()) : "";
}

const AnswerRule* FindRule(std::span<const AnswerRule> rules, int status, std::string_view code,
                           std::string_view words) {
  for (const AnswerRule& rule : rules) {
    if (Matches(rule, status, code, words)) return &rule;
  }
  return nullptr;
}

SendOutcome::Kind KindOf(std::span<const AnswerRule> rules, int status, std::string_view code,
                         std::string_view words) {
  const AnswerRule* const rule = FindRule(rules, status, code, words);
  return rule != nullptr ? rule->kind : KindOfStatus(status);
}

SendOutcome Refusal(std::span<const AnswerRule> rules, const ProviderAnswer& answer, std::string_view code,
                    std::string_view words) {
  SendOutcome outcome;
  outcome.kind = KindOf(rules, answer.status(), code, words);
  outcome.error = StrCat("HTTP ", answer.status());
  if (!code.empty()) outcome.error += StrCat(" ", code);
  if (!words.empty()) outcome.error += StrCat(": ", words);
  if (!answer.is_json()) outcome.error += ", an answer that is not JSON";
  return outcome;
}

SendOutcome Accepted(std::string id) {
  SendOutcome outcome;
  outcome.kind = Kind::kAccepted;
  outcome.provider_message_id = std::move(id);
  return outcome;
}

SendOutcome Unreadable(const ProviderAnswer& answer) {
  SendOutcome outcome;
  outcome.kind = Kind::kUnknown;
  outcome.error = StrCat("HTTP ", answer.status(), " with an answer that is not the provider's");
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
