#include "adapters/email/http/response_rules.h"

#include <utility>

#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

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

}  // namespace

const ResponseRule* FindRule(std::span<const ResponseRule> rules, int status, std::string_view code,
                             std::string_view text) {
  return FirstMatch(rules, status, code, text);
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

}  // namespace keelson
