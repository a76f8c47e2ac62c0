#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "adapters/payments/http/http_payment_provider.h"
#include "adapters/payments/paypal/paypal_access_token.h"
#include "adapters/payments/paypal/paypal_webhook.h"
#include "core/common/secret.h"

namespace keelson {

struct PayPalAccess {
  std::string client_id;
  Secret client_secret;
  // Scheme and host; empty: the provider's public API.
  std::string base_url;
  // PayPal's id of the webhook; empty: no webhooks.
  std::string webhook_id = {};
};

// PayPal, Payments API v2. The payment reference is the id of a capture. PayPal recognizes an idempotency key
// (PayPal-Request-Id) for 45 days. The idempotency key is the custom_id of the refund, by which the refund is
// found in the order of the capture. Thread-safe.
class PayPalPaymentProvider final : public HttpPaymentProvider {
 public:
  explicit PayPalPaymentProvider(PayPalAccess access);

  std::string_view name() const override { return "paypal"; }
  bool has_webhooks() const override { return !access_.webhook_id.empty(); }
  // Lets PayPal verify the webhook (verify-webhook-signature): the body is sent back unchanged, together with
  // the headers of the signature. At most kMaxVerificationRate webhooks per second are verified, so that a
  // flood does not use up PayPal's limit of requests; further ones are UNAVAILABLE.
  absl::StatusOr<std::optional<RefundHint>> ReadWebhook(const Webhook& webhook, Deadline deadline) override;
  static constexpr int kMaxVerificationRate = 5;
  // PayPal repeats a webhook for three days. An older one is a replay.
  static constexpr absl::Duration kMaxWebhookAge = absl::Hours(4 * 24);

  // FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), unless `id` is valid as
  // the user name of HTTP Basic authentication.
  static absl::Status CheckClientId(std::string_view id);

 private:
  RequestOrOutcome RefundRequest(const PaymentRefund& refund) const override;
  PaymentOutcome OutcomeOf(const ProviderResponse& response) const override;
  HttpRequest LookupRequest(std::string_view provider_reference) const override;
  PaymentOutcome Search(const PaymentRefund& refund, Deadline deadline) override;
  // Requests a new access token.
  HttpRequest ProbeRequest() const override;
  absl::Duration key_lifetime() const override { return absl::Hours(44 * 24); }
  std::vector<std::string> secrets() const override;
  // Sends the request with an access token; once more with a new token if PayPal rejects the token, because
  // PayPal does not execute a request that it rejects with 401.
  Answer Send(const HttpRequest& request, Deadline deadline) override;

  std::variant<PayPalAccessToken::Grant, PaymentOutcome> RequestToken(Deadline deadline);
  // UNAUTHENTICATED unless PayPal confirms the signature of the webhook, whose body is a JSON object.
  absl::Status VerifyWebhook(const Webhook& webhook, Deadline deadline);
  // Returns the 2xx response to a GET request, or the outcome of any other.
  Answer Read(std::string_view path, Deadline deadline);

  const PayPalAccess access_;
  PayPalAccessToken token_;
  VerificationLimit verification_limit_{kMaxVerificationRate};
};

PaymentProviderDescriptor DescribePayPal();

}  // namespace keelson
