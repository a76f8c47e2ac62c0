#include "adapters/payments/http/http_payment_provider.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "adapters/support/http/error_text.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = PaymentOutcome::Kind;

bool ShowsState(const PaymentOutcome& outcome) {
  return outcome.kind == Kind::kSucceeded || outcome.kind == Kind::kPending || outcome.kind == Kind::kFailed;
}

PaymentOutcome InvalidReference() {
  return RefundFailed("PAYMENT_REFERENCE_INVALID",
                      "the payment reference must have 1 to 255 letters, digits, \"_\", \"-\" and \"=\"");
}

}  // namespace

PaymentOutcome HttpPaymentProvider::Refund(const PaymentRefund& refund, Deadline deadline) {
  if (!IsPlainId(refund.payment_reference)) return InvalidReference();
  if (refund.amount.minor_units <= 0) {
    return RefundFailed("AMOUNT_NOT_POSITIVE", "the amount of a refund must be above zero");
  }
  if (refund.repeated && MayHaveForgottenKey(refund)) {
    const PaymentOutcome found = Search(refund, deadline);
    if (found.kind != Kind::kNotFound) return Clean(found);
  }
  return Clean(Resolve(refund, Attempt(refund, deadline), deadline));
}

PaymentOutcome HttpPaymentProvider::Attempt(const PaymentRefund& refund, Deadline deadline) {
  const RequestOrOutcome request = RefundRequest(refund);
  if (const auto* outcome = std::get_if<PaymentOutcome>(&request)) return *outcome;
  const Answer answer = Send(std::get<HttpRequest>(request), deadline);
  if (const auto* outcome = std::get_if<PaymentOutcome>(&answer)) return *outcome;
  return OutcomeOf(std::get<ProviderResponse>(answer));
}

bool HttpPaymentProvider::MayHaveForgottenKey(const PaymentRefund& refund) const {
  return refund.not_before <= absl::Now() - key_lifetime();
}

PaymentOutcome HttpPaymentProvider::Resolve(const PaymentRefund& refund, PaymentOutcome outcome,
                                            Deadline deadline) {
  const bool rejected_repeat = refund.repeated && outcome.kind == Kind::kFailed;
  if (outcome.kind != Kind::kUnknown && !rejected_repeat) return outcome;
  PaymentOutcome found = Search(refund, deadline);
  if (ShowsState(found)) return found;
  if (rejected_repeat && found.kind != Kind::kNotFound) outcome.kind = Kind::kUnknown;
  return outcome;
}

PaymentOutcome HttpPaymentProvider::FindRefund(const PaymentRefund& refund,
                                               std::string_view provider_reference, Deadline deadline) {
  if (!IsPlainId(refund.payment_reference)) return RefundNotFound();
  if (provider_reference.empty()) return Clean(Search(refund, deadline));
  if (!IsPlainId(provider_reference)) {
    return RefundUnknown("PROVIDER_REFERENCE_INVALID", StrCat(name(), " assigns no such reference"));
  }
  const Answer answer = Send(LookupRequest(provider_reference), deadline);
  if (const auto* outcome = std::get_if<PaymentOutcome>(&answer)) return Clean(*outcome);
  return Clean(StateIn(std::get<ProviderResponse>(answer)));
}

PaymentOutcome HttpPaymentProvider::StateIn(const ProviderResponse& response) const {
  PaymentOutcome outcome = OutcomeOf(response);
  if (response.succeeded()) return outcome;
  if (response.status() == 404 && outcome.kind == Kind::kFailed) return RefundNotFound();
  return LookupError(std::move(outcome));
}

PaymentOutcome HttpPaymentProvider::Search(const PaymentRefund& /*refund*/, Deadline /*deadline*/) {
  return RefundUnknown(std::string(kNotSearchable), StrCat(name(), " has no search for refunds"));
}

PaymentOutcome HttpPaymentProvider::Probe(Deadline deadline) {
  const Answer answer = Exchange(ProbeRequest(), deadline);
  const auto* const failure = std::get_if<PaymentOutcome>(&answer);
  PaymentOutcome outcome = failure != nullptr ? *failure : ProbeOutcome(std::get<ProviderResponse>(answer));
  // A probe requests no refund, so that neither the failure of a refund nor an unknown outcome applies.
  if (outcome.kind == Kind::kUnknown || outcome.kind == Kind::kFailed) outcome.kind = Kind::kUnreachable;
  return Clean(std::move(outcome));
}

PaymentOutcome HttpPaymentProvider::ProbeOutcome(const ProviderResponse& response) const {
  if (!response.succeeded()) return OutcomeOf(response);
  if (response.is_json()) return RefundSucceeded("");
  PaymentOutcome outcome = UnreadableRefund(response);
  outcome.kind = Kind::kConfig;
  return outcome;
}

HttpPaymentProvider::Answer HttpPaymentProvider::Send(const HttpRequest& request, Deadline deadline) {
  return Exchange(request, deadline);
}

HttpPaymentProvider::Answer HttpPaymentProvider::Exchange(const HttpRequest& request, Deadline deadline) {
  HttpResult result = client_.Send(request, deadline);
  if (const auto* failure = std::get_if<HttpFailure>(&result)) return NoResponse(*failure);
  return ProviderResponse(std::get<HttpResponse>(std::move(result)));
}

PaymentOutcome HttpPaymentProvider::LookupError(PaymentOutcome error) {
  if (error.kind == Kind::kFailed) error.kind = Kind::kUnknown;
  return error;
}

PaymentOutcome HttpPaymentProvider::Clean(PaymentOutcome outcome) const {
  const std::vector<std::string> hidden = secrets();
  const std::vector<std::string_view> views(hidden.begin(), hidden.end());
  outcome.code = Sanitized(outcome.code, views);
  outcome.message = Sanitized(outcome.message, views);
  outcome.provider_reference = PlainLine(outcome.provider_reference);
  return outcome;
}

bool IsPlainId(std::string_view id) {
  return !id.empty() && id.size() <= 255 && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '=';
  });
}

}  // namespace keelson
