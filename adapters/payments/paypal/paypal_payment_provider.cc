#include "adapters/payments/paypal/paypal_payment_provider.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "adapters/payments/http/decimal_amount.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = PaymentOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api-m.paypal.com";

// The code of a rule is the issue in the details of the error, or the name of an error without details.
constexpr RefundRule kRules[] = {
    {0, "PREVIOUS_REQUEST_IN_PROGRESS", "", Kind::kUnknown},
    // The request id was sent earlier with other parameters. The earlier request may have paid.
    {0, "DUPLICATE_REQUEST_ID", "", Kind::kUnknown},
    {0, "RATE_LIMIT_REACHED", "", Kind::kRetry},
    // PayPal has not received the money of the capture yet, such as from an eCheck.
    {0, "PENDING_CAPTURE", "", Kind::kRetry},
    // The account of the shop has too little money, or is restricted.
    {0, "REFUND_FAILED_INSUFFICIENT_FUNDS", "", Kind::kConfig},
    {0, "PAYEE_ACCOUNT_LOCKED_OR_CLOSED", "", Kind::kConfig},
    {0, "PAYEE_ACCOUNT_RESTRICTED", "", Kind::kConfig},
    {0, "MISSING_REQUIRED_PARAMETER", "", Kind::kConfig},
    // No capture has this id.
    {404, "INVALID_RESOURCE_ID", "", Kind::kFailed},
    {404, "RESOURCE_NOT_FOUND", "", Kind::kFailed},
};

// The number of decimal digits with which PayPal counts a currency
// (developer.paypal.com/reference/currency-codes): as ISO 4217, except HUF and TWD without decimals.
int PayPalExponent(Currency currency) {
  return currency.code() == "HUF" || currency.code() == "TWD" ? 0 : currency.exponent();
}

PaymentOutcome PayPalRefundState(const nlohmann::json& refund, const ProviderResponse& response) {
  const std::string id = TextMember(refund, "id");
  const std::string status = TextMember(refund, "status");
  const std::string reason = TextMember(Member(refund, "status_details"), "reason");
  if (id.empty()) return UnreadableRefund(response);
  if (status == "COMPLETED") return RefundSucceeded(id);
  if (status == "PENDING") return RefundPending(id, reason.empty() ? status : reason);
  if (status != "FAILED" && status != "CANCELLED") return UnreadableRefund(response);
  return RefundFailed(reason.empty() ? status : reason, StrCat("the refund ", id, " is ", status));
}

// An error may list several issues. Returns the first issue that a rule names, or else the first issue.
nlohmann::json DecisiveIssue(const ProviderResponse& response) {
  const nlohmann::json details = Member(response.json(), "details");
  if (!details.is_array() || details.empty()) return {};
  for (const nlohmann::json& detail : details) {
    const std::string issue = TextMember(detail, "issue");
    if (!issue.empty() && FirstMatch<Kind>(kRules, response.status(), issue, "") != nullptr) return detail;
  }
  return details[0];
}

std::string FirstNonEmpty(std::string first, std::string second) {
  return first.empty() ? std::move(second) : std::move(first);
}

PaymentOutcome PayPalError(const ProviderResponse& response) {
  const nlohmann::json issue = DecisiveIssue(response);
  // The token endpoint responds with `error` and `error_description` (RFC 6749).
  const std::string code =
      FirstNonEmpty(TextMember(issue, "issue"), FirstNonEmpty(response.Text("name"), response.Text("error")));
  std::string text =
      FirstNonEmpty(TextMember(issue, "description"),
                    FirstNonEmpty(response.Text("message"), response.Text("error_description")));
  const std::string debug_id = response.Text("debug_id");
  if (!debug_id.empty()) text += StrCat(" (debug_id ", debug_id, ")");
  return RefundError(kRules, response, code, text);
}

// Returns the id of the order of a capture; empty if the response names none.
std::string OrderOf(const ProviderResponse& capture) {
  return TextMember(Member(Member(capture.json(), "supplementary_data"), "related_ids"), "order_id");
}

PaymentOutcome RefundInOrder(const ProviderResponse& order, std::string_view idempotency_key) {
  const nlohmann::json units = Member(order.json(), "purchase_units");
  if (!units.is_array()) return UnreadableRefund(order);
  for (const nlohmann::json& unit : units) {
    for (const nlohmann::json& candidate : Member(Member(unit, "payments"), "refunds")) {
      if (TextMember(candidate, "custom_id") == idempotency_key) return PayPalRefundState(candidate, order);
    }
  }
  return RefundNotFound();
}

struct PayPalSettings {
  std::string client_id;
  std::string client_secret;
  std::string base_url;
  std::string webhook_id;
};

absl::StatusOr<std::unique_ptr<PaymentProvider>> CreatePayPal(const PayPalSettings& settings) {
  return std::make_unique<PayPalPaymentProvider>(PayPalAccess{.client_id = settings.client_id,
                                                              .client_secret = Secret(settings.client_secret),
                                                              .base_url = settings.base_url,
                                                              .webhook_id = settings.webhook_id});
}

PayPalAccess WithPayPalBase(PayPalAccess access) {
  access.base_url = BaseUrl(access.base_url, kBaseUrl);
  return access;
}

}  // namespace

PayPalPaymentProvider::PayPalPaymentProvider(PayPalAccess access)
    : access_(WithPayPalBase(std::move(access))),
      token_([this](Deadline deadline) { return RequestToken(deadline); }) {}

absl::Status PayPalPaymentProvider::CheckClientId(std::string_view id) {
  if (id.find(':') != std::string_view::npos) return absl::FailedPreconditionError("must not contain \":\"");
  return CheckApiKey(id);
}

PayPalPaymentProvider::RequestOrOutcome PayPalPaymentProvider::RefundRequest(
    const PaymentRefund& refund) const {
  const Currency currency = refund.amount.currency;
  const std::optional<std::string> value = DecimalAmount(refund.amount, PayPalExponent(currency));
  if (!value) return AmountNotRepresentable(name(), refund.amount);
  return JsonPost(
      StrCat(access_.base_url, "/v2/payments/captures/", PercentEncoded(refund.payment_reference), "/refund"),
      // Without Prefer, the response to a repeated request may lack the state of the refund.
      {{"PayPal-Request-Id", refund.idempotency_key}, {"Prefer", "return=representation"}},
      {{"amount", {{"value", *value}, {"currency_code", std::string(currency.code())}}},
       {"custom_id", refund.idempotency_key}});
}

PaymentOutcome PayPalPaymentProvider::OutcomeOf(const ProviderResponse& response) const {
  return response.succeeded() ? PayPalRefundState(response.json(), response) : PayPalError(response);
}

HttpRequest PayPalPaymentProvider::LookupRequest(std::string_view provider_reference) const {
  return JsonGet(StrCat(access_.base_url, "/v2/payments/refunds/", PercentEncoded(provider_reference)), {});
}

// PayPal lists the refunds of a capture only in the order of the capture.
PaymentOutcome PayPalPaymentProvider::Search(const PaymentRefund& refund, Deadline deadline) {
  const Answer capture =
      Read(StrCat("/v2/payments/captures/", PercentEncoded(refund.payment_reference)), deadline);
  if (const auto* outcome = std::get_if<PaymentOutcome>(&capture)) return *outcome;
  const std::string order_id = OrderOf(std::get<ProviderResponse>(capture));
  if (!IsPlainId(order_id)) {
    return RefundUnknown(std::string(kNotSearchable),
                         "paypal names no order of the capture, so the refunds of the "
                         "capture cannot be listed");
  }
  const Answer order = Read(StrCat("/v2/checkout/orders/", PercentEncoded(order_id)), deadline);
  if (const auto* outcome = std::get_if<PaymentOutcome>(&order)) return *outcome;
  return RefundInOrder(std::get<ProviderResponse>(order), refund.idempotency_key);
}

HttpPaymentProvider::Answer PayPalPaymentProvider::Read(std::string_view path, Deadline deadline) {
  Answer answer = Send(JsonGet(StrCat(access_.base_url, path), {}), deadline);
  const auto* const response = std::get_if<ProviderResponse>(&answer);
  if (response == nullptr || response->succeeded()) return answer;
  return LookupError(PayPalError(*response));
}

HttpRequest PayPalPaymentProvider::ProbeRequest() const {
  return FormPost(StrCat(access_.base_url, "/v1/oauth2/token"),
                  {Basic(StrCat(access_.client_id, ":", access_.client_secret.Reveal()))},
                  {{"grant_type", "client_credentials"}});
}

std::vector<std::string> PayPalPaymentProvider::secrets() const {
  const std::string secret(access_.client_secret.Reveal());
  return {absl::Base64Escape(StrCat(access_.client_id, ":", secret)), secret, token_.current()};
}

HttpPaymentProvider::Answer PayPalPaymentProvider::Send(const HttpRequest& request, Deadline deadline) {
  HttpRequest authorized = request;
  authorized.headers.push_back({"Authorization", ""});
  std::string rejected;
  for (bool renewed = false;; renewed = true) {
    PayPalAccessToken::Answer token = token_.Get(rejected, deadline);
    if (auto* outcome = std::get_if<PaymentOutcome>(&token)) return std::move(*outcome);
    authorized.headers.back().value = StrCat("Bearer ", std::get<std::string>(token));
    Answer answer = Exchange(authorized, deadline);
    const auto* const response = std::get_if<ProviderResponse>(&answer);
    if (renewed || response == nullptr || response->status() != 401) return answer;
    rejected = std::get<std::string>(std::move(token));
  }
}

std::variant<PayPalAccessToken::Grant, PaymentOutcome> PayPalPaymentProvider::RequestToken(
    Deadline deadline) {
  const Answer answer = Exchange(ProbeRequest(), deadline);
  const auto* const response = std::get_if<ProviderResponse>(&answer);
  PaymentOutcome outcome;
  if (response == nullptr) {
    outcome = std::get<PaymentOutcome>(answer);
  } else if (response->succeeded()) {
    const std::string token = response->Text("access_token");
    const nlohmann::json seconds = Member(response->json(), "expires_in");
    if (!token.empty() && seconds.is_number_integer()) {
      return PayPalAccessToken::Grant{token, absl::Seconds(seconds.get<std::int64_t>())};
    }
    outcome = UnreadableRefund(*response);
  } else {
    outcome = PayPalError(*response);
  }
  // Without a token, no refund was requested.
  if (outcome.kind == Kind::kUnknown || outcome.kind == Kind::kFailed) outcome.kind = Kind::kUnreachable;
  return outcome;
}

absl::StatusOr<std::optional<RefundHint>> PayPalPaymentProvider::ReadWebhook(const Webhook& webhook,
                                                                             Deadline deadline) {
  if (!has_webhooks()) return absl::UnimplementedError("payments.paypal.webhook_id is not set");
  RETURN_IF_ERROR(CheckTransmission(webhook, kMaxWebhookAge));
  const nlohmann::json event = nlohmann::json::parse(webhook.body, nullptr, /*allow_exceptions=*/false);
  if (!event.is_object()) return absl::UnauthenticatedError("the body is not a JSON object");
  // Other events need no verification, because nothing follows from them.
  if (!IsRefundEvent(event)) return std::nullopt;
  RETURN_IF_ERROR(VerifyWebhook(webhook, deadline));
  return PayPalHint(event);
}

absl::Status PayPalPaymentProvider::VerifyWebhook(const Webhook& webhook, Deadline deadline) {
  if (!verification_limit_.Allows(SteadyTime::Now())) {
    return absl::UnavailableError("too many webhooks per second; paypal will send the webhook again");
  }
  HttpRequest request =
      JsonPost(StrCat(access_.base_url, "/v1/notifications/verify-webhook-signature"), {}, nlohmann::json());
  request.body = VerificationBody(webhook, access_.webhook_id);
  const Answer answer = Send(request, deadline);
  const auto* const response = std::get_if<ProviderResponse>(&answer);
  if (response == nullptr) return absl::UnavailableError("paypal can't be asked whether it sent the webhook");
  if (response->succeeded() && response->Text("verification_status") == "SUCCESS") return absl::OkStatus();
  // 400 and 422: PayPal rejects the form of the signature or of the body.
  if (response->succeeded() || response->status() == 400 || response->status() == 422) {
    return absl::UnauthenticatedError("paypal did not send the webhook, or to another webhook id");
  }
  return absl::UnavailableError(
      StrCat("paypal can't verify the webhook: HTTP ", response->status(), " from verify-webhook-signature"));
}

PaymentProviderDescriptor DescribePayPal() {
  return {
      .section = {.name = "paypal",
                  .defaults = PayPalSettings(),
                  .keys = {{.name = "client_id",
                            .member = RefTo(&PayPalSettings::client_id),
                            .description = "client id of the REST app at PayPal",
                            .required = true,
                            .check = &PayPalPaymentProvider::CheckClientId},
                           {.name = "client_secret",
                            .member = RefTo(&PayPalSettings::client_secret),
                            .description = "secret of the REST app at PayPal",
                            .required = true,
                            .check = &CheckApiKey,
                            .secret = true},
                           BaseUrlKey(RefTo(&PayPalSettings::base_url)),
                           {.name = "webhook_id",
                            .member = RefTo(&PayPalSettings::webhook_id),
                            .description = "PayPal's id of the webhook of the REST app; empty: no webhooks",
                            .check = &CheckApiKey}}},
      .create = WithSettings(&CreatePayPal)};
}

}  // namespace keelson
