#include "adapters/payments/http/refund_outcome.h"

#include <utility>

#include "absl/time/clock.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = PaymentOutcome::Kind;

Kind KindOfStatus(int status, std::string_view code) {
  switch (status) {
    case 401:
    case 402:
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
    // 408 Request Timeout: the server may nevertheless have received the whole request. 409 Conflict: the
    // first request with this idempotency key is still in progress.
    case 408:
    case 409:
      return Kind::kUnknown;
    case 429:
      return Kind::kRetry;
    default:
      if (status >= 300 && status < 400) return Kind::kConfig;
      if (status < 400 || status >= 500) return Kind::kUnknown;
      return code.empty() ? Kind::kUnreachable : Kind::kFailed;
  }
}

std::optional<absl::Duration> RetryAfterOf(const ProviderResponse& response) {
  const auto delay = ParseRetryAfter(response.header("retry-after"), absl::Now());
  if (!delay && response.status() == 429) return kDefaultRetryAfter;
  return delay;
}

PaymentOutcome OutcomeWith(Kind kind, std::string code, std::string message) {
  PaymentOutcome outcome;
  outcome.kind = kind;
  outcome.code = std::move(code);
  outcome.message = std::move(message);
  return outcome;
}

}  // namespace

PaymentOutcome RefundError(std::span<const RefundRule> rules, const ProviderResponse& response,
                           std::string_view code, std::string_view text) {
  const RefundRule* const rule = FirstMatch(rules, response.status(), code, text);
  PaymentOutcome outcome;
  outcome.kind = rule != nullptr ? rule->kind : KindOfStatus(response.status(), code);
  outcome.code = code.empty() ? StrCat("HTTP_", response.status()) : std::string(code);
  outcome.message = StrCat("HTTP ", response.status());
  if (!text.empty()) outcome.message += StrCat(": ", text);
  if (!response.is_json()) outcome.message += ", response is not JSON";
  if (outcome.kind == Kind::kRetry) outcome.retry_after = RetryAfterOf(response);
  return outcome;
}

PaymentOutcome NoResponse(const HttpFailure& failure) {
  // A malformed URL or header comes from the configuration.
  if (failure.malformed) return OutcomeWith(Kind::kConfig, "REQUEST_MALFORMED", failure.reason);
  if (failure.may_have_arrived) return RefundUnknown("NO_RESPONSE", failure.reason);
  return OutcomeWith(Kind::kUnreachable, "UNREACHABLE", failure.reason);
}

PaymentOutcome RefundSucceeded(std::string provider_reference) {
  PaymentOutcome outcome;
  outcome.kind = Kind::kSucceeded;
  outcome.provider_reference = std::move(provider_reference);
  return outcome;
}

PaymentOutcome RefundPending(std::string provider_reference, std::string code) {
  PaymentOutcome outcome = OutcomeWith(Kind::kPending, std::move(code), "the provider has not paid yet");
  outcome.provider_reference = std::move(provider_reference);
  return outcome;
}

PaymentOutcome RefundFailed(std::string code, std::string message) {
  return OutcomeWith(Kind::kFailed, std::move(code), std::move(message));
}

PaymentOutcome RefundUnknown(std::string code, std::string message) {
  return OutcomeWith(Kind::kUnknown, std::move(code), std::move(message));
}

PaymentOutcome RefundNotFound() {
  return OutcomeWith(Kind::kNotFound, "REFUND_NOT_FOUND", "the provider has no such refund");
}

PaymentOutcome UnreadableRefund(const ProviderResponse& response) {
  return RefundUnknown("RESPONSE_UNREADABLE",
                       StrCat("HTTP ", response.status(), " with an unexpected response body"));
}

PaymentOutcome AmountNotRepresentable(std::string_view provider, const Money& amount) {
  return RefundFailed(
      "AMOUNT_NOT_REPRESENTABLE",
      StrCat(provider, " cannot refund ", amount.ToString(),
             ": the amount is not a whole number of the units in which ", provider, " counts this currency"));
}

}  // namespace keelson
