#include "adapters/payments/stripe/stripe_payment_provider.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "adapters/payments/http/decimal_amount.h"
#include "core/common/status_macros.h"
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

struct StripeSettings : ApiSettings {
  std::string webhook_secret;
};

absl::StatusOr<std::unique_ptr<PaymentProvider>> CreateStripe(const StripeSettings& settings) {
  return std::make_unique<StripePaymentProvider>(ApiAccessOf(settings),
                                                 WebhookSecrets(settings.webhook_secret));
}

}  // namespace

StripePaymentProvider::StripePaymentProvider(ApiAccess access, WebhookSecrets webhook_secrets)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)), webhook_secrets_(std::move(webhook_secrets)) {}

absl::StatusOr<std::optional<RefundHint>> StripePaymentProvider::ReadWebhook(const Webhook& webhook,
                                                                             Deadline /*deadline*/) {
  if (!has_webhooks()) return absl::UnimplementedError("payments.stripe.webhook_secret is not set");
  RETURN_IF_ERROR(
      webhook_secrets_.Verify(webhook.Header("stripe-signature"), webhook.body, webhook.receive_time));
  const nlohmann::json event = nlohmann::json::parse(webhook.body, nullptr, /*allow_exceptions=*/false);
  RefundHint hint{.event_id = TextMember(event, "id")};
  if (hint.event_id.empty()) return absl::InvalidArgumentError("the webhook is not an event of Stripe");
  const nlohmann::json object = Member(Member(event, "data"), "object");
  if (TextMember(object, "object") != "refund") return std::nullopt;
  // A refund without our id was not requested by this service.
  hint.refund_id = RefundId::Parse(TextMember(Member(object, "metadata"), kRefundIdKey));
  hint.provider_reference = TextMember(object, "id");
  return hint;
}

absl::Status StripePaymentProvider::CheckKey(std::string_view key) {
  if (key.starts_with("pk_")) {
    return absl::FailedPreconditionError(
        "must be a secret (sk_) or restricted (rk_) key, not a publishable one");
  }
  return CheckApiKey(key);
}

absl::Status StripePaymentProvider::CheckWebhookSecrets(std::string_view list) {
  RETURN_IF_ERROR(WebhookSecrets::Check(list));
  const std::vector<absl::string_view> secrets = absl::StrSplit(ToAbsl(list), ',');
  const bool prefixed = std::all_of(secrets.begin(), secrets.end(), [](absl::string_view secret) {
    return absl::StartsWith(secret, "whsec_");
  });
  if (prefixed) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "must be signing secrets of webhook endpoints, which begin with whsec_");
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
  std::vector<SettingKey> keys = ApiKeys<StripeSettings>();
  keys.front().check = &StripePaymentProvider::CheckKey;
  keys.push_back({.name = "webhook_secret",
                  .member = RefTo(&StripeSettings::webhook_secret),
                  .description =
                      "signing secret of the webhook endpoint at Stripe; several secrets, separated "
                      "by commas, while one is being replaced; empty: no webhooks",
                  .check = &StripePaymentProvider::CheckWebhookSecrets,
                  .secret = true});
  return {.section = {.name = "stripe", .defaults = StripeSettings(), .keys = std::move(keys)},
          .create = WithSettings(&CreateStripe)};
}

}  // namespace keelson
