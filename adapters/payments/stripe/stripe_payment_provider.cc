#include "adapters/payments/stripe/stripe_payment_provider.h"

#include <optional>
#include <utility>

#include "adapters/payments/http/decimal_amount.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = PaymentOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.stripe.com";
constexpr std::string_view kRefundIdKey = "keelson_refund_id";
constexpr std::string_view kIdempotencyKey = "keelson_idempotency_key";

// The code of a rule is Stripe's error code, or the type of an error without a code.
constexpr RefundRule kRules[] = {
    // The key was sent earlier with other parameters. The earlier request may have paid.
    {0, "idempotency_error", "", Kind::kUnknown},
    {0, "idempotency_key_in_use", "", Kind::kUnknown},
    {0, "lock_timeout", "", Kind::kRetry},
    {0, "rate_limit", "", Kind::kRetry},
    // The payment and the API key belong to different modes.
    {0, "resource_missing", "exists in test mode", Kind::kConfig},
    {0, "resource_missing", "exists in live mode", Kind::kConfig},
    {0, "resource_missing", "", Kind::kFailed},
    {0, "livemode_mismatch", "", Kind::kConfig},
    {0, "testmode_charges_only", "", Kind::kConfig},
    {0, "api_key_expired", "", Kind::kConfig},
    {0, "platform_api_key_expired", "", Kind::kConfig},
    {0, "secret_key_required", "", Kind::kConfig},
    {0, "account_invalid", "", Kind::kConfig},
    {0, "tls_version_unsupported", "", Kind::kConfig},
    {0, "balance_insufficient", "", Kind::kConfig},
    // Stripe does not know a parameter or the version of the API that this adapter sends.
    {400, "parameter_unknown", "", Kind::kConfig},
    {400, "parameter_missing", "", Kind::kConfig},
    {400, "", "stripe version", Kind::kConfig},
    // Stripe documents 402 as: the parameters were valid, but the request failed.
    {402, "", "", Kind::kFailed},
};

// The number of decimal digits with which Stripe counts a currency (docs.stripe.com/currencies): as ISO 4217,
// except MGA without decimals, and ISK and UGX with two, which must be zero.
int StripeExponent(Currency currency) {
  if (currency.code() == "MGA") return 0;
  if (currency.code() == "ISK" || currency.code() == "UGX") return 2;
  return currency.exponent();
}

// nullopt if Stripe cannot express the amount.
std::optional<std::int64_t> StripeAmount(const Money& amount) {
  const std::optional<std::int64_t> units = UnitsOf(amount, StripeExponent(amount.currency));
  // Stripe requires that the last digit of an amount with three decimals is 0.
  if (units && amount.currency.exponent() == 3 && *units % 10 != 0) return std::nullopt;
  return units;
}

// Returns the name of the parameter for this payment; empty if the reference is of neither kind.
std::string_view PaymentParameter(std::string_view reference) {
  if (reference.starts_with("ch_") || reference.starts_with("py_")) return "charge";
  return reference.starts_with("pi_") ? "payment_intent" : "";
}

PaymentOutcome UnknownReference() {
  return RefundFailed("PAYMENT_REFERENCE_INVALID",
                      "a payment at stripe has a reference that begins with ch_, py_ or pi_");
}

std::string_view StripeReason(RefundReason reason) {
  if (reason == RefundReason::kDuplicate) return "duplicate";
  return reason == RefundReason::kFraudulent ? "fraudulent" : "requested_by_customer";
}

PaymentOutcome StripeRefundState(const nlohmann::json& refund, const ProviderResponse& response) {
  const std::string id = TextMember(refund, "id");
  const std::string status = TextMember(refund, "status");
  if (id.empty()) return UnreadableRefund(response);
  if (status == "succeeded") return RefundSucceeded(id);
  // requires_action: the customer must enter a bank account.
  if (status == "pending" || status == "requires_action") return RefundPending(id, status);
  if (status != "failed" && status != "canceled") return UnreadableRefund(response);
  const std::string reason = TextMember(refund, "failure_reason");
  return RefundFailed(reason.empty() ? status : reason, StrCat("the refund ", id, " is ", status));
}

PaymentOutcome StripeError(const ProviderResponse& response) {
  const nlohmann::json error = Member(response.json(), "error");
  const std::string code = TextMember(error, "code");
  PaymentOutcome outcome = RefundError(kRules, response, code.empty() ? TextMember(error, "type") : code,
                                       TextMember(error, "message"));
  // Stripe asks to retry, so that the error is not permanent.
  if (outcome.kind == Kind::kFailed && response.header("stripe-should-retry") == "true") {
    outcome.kind = Kind::kUnknown;
  }
  return outcome;
}

}  // namespace

StripePaymentProvider::StripePaymentProvider(ApiAccess access)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)) {}

absl::Status StripePaymentProvider::CheckKey(std::string_view key) {
  if (key.starts_with("pk_")) {
    return absl::FailedPreconditionError(
        "must be a secret (sk_) or restricted (rk_) key, not a publishable one");
  }
  return CheckApiKey(key);
}

StripePaymentProvider::RequestOrOutcome StripePaymentProvider::RefundRequest(
    const PaymentRefund& refund) const {
  const std::string_view parameter = PaymentParameter(refund.payment_reference);
  if (parameter.empty()) return UnknownReference();
  const std::optional<std::int64_t> amount = StripeAmount(refund.amount);
  if (!amount) return AmountNotRepresentable(name(), refund.amount);
  return FormPost(StrCat(access_.base_url, "/v1/refunds"),
                  {Bearer(access_.key),
                   {"Stripe-Version", std::string(kApiVersion)},
                   {"Idempotency-Key", refund.idempotency_key}},
                  {{std::string(parameter), refund.payment_reference},
                   {"amount", StrCat(*amount)},
                   {"reason", std::string(StripeReason(refund.reason))},
                   {StrCat("metadata[", kRefundIdKey, "]"), refund.id.ToString()},
                   {StrCat("metadata[", kIdempotencyKey, "]"), refund.idempotency_key}});
}

PaymentOutcome StripePaymentProvider::OutcomeOf(const ProviderResponse& response) const {
  return response.succeeded() ? StripeRefundState(response.json(), response) : StripeError(response);
}

HttpRequest StripePaymentProvider::LookupRequest(std::string_view provider_reference) const {
  return Get(StrCat("/v1/refunds/", PercentEncoded(provider_reference)));
}

// Reads the refunds of the payment, newest first, page by page.
PaymentOutcome StripePaymentProvider::Search(const PaymentRefund& refund, Deadline deadline) {
  const std::string_view parameter = PaymentParameter(refund.payment_reference);
  if (parameter.empty()) return RefundNotFound();
  std::string path =
      StrCat("/v1/refunds?limit=100&", parameter, "=", PercentEncoded(refund.payment_reference));
  for (std::string last;;) {
    const Answer answer =
        Send(Get(last.empty() ? path : StrCat(path, "&starting_after=", PercentEncoded(last))), deadline);
    if (const auto* outcome = std::get_if<PaymentOutcome>(&answer)) return *outcome;
    const ProviderResponse& response = std::get<ProviderResponse>(answer);
    if (!response.succeeded()) return LookupError(StripeError(response));
    const nlohmann::json page = Member(response.json(), "data");
    if (!page.is_array()) return UnreadableRefund(response);
    for (const nlohmann::json& candidate : page) {
      if (TextMember(Member(candidate, "metadata"), kIdempotencyKey) == refund.idempotency_key) {
        return StripeRefundState(candidate, response);
      }
    }
    if (page.empty() || Member(response.json(), "has_more") != true) return RefundNotFound();
    last = TextMember(page.back(), "id");
    if (last.empty()) return UnreadableRefund(response);
  }
}

// Needs the permission to read refunds, as Search does.
HttpRequest StripePaymentProvider::ProbeRequest() const {
  return Get("/v1/refunds?limit=1");
}

HttpRequest StripePaymentProvider::Get(std::string_view path) const {
  return JsonGet(StrCat(access_.base_url, path),
                 {Bearer(access_.key), {"Stripe-Version", std::string(kApiVersion)}});
}

PaymentProviderDescriptor DescribeStripe() {
  PaymentProviderDescriptor descriptor = DescribePaymentApi<StripePaymentProvider>("stripe");
  descriptor.section.keys.front().check = &StripePaymentProvider::CheckKey;
  return descriptor;
}

}  // namespace keelson
