#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/payments/http/http_payment_provider.h"
#include "adapters/support/webhooks/webhook_secrets.h"

namespace keelson {

// Stripe, Refunds API. The payment reference is a charge (ch_, py_) or a payment intent (pi_). Stripe
// recognizes an idempotency key for at least 24 hours. The refund's id and the idempotency key are in the
// metadata of the refund, by which an older refund and the refund of a webhook are found. Thread-safe.
class StripePaymentProvider final : public HttpPaymentProvider {
 public:
  // The version of the API that this adapter is written for. Without the header Stripe-Version, the version
  // of the account would determine the form of the responses.
  static constexpr std::string_view kApiVersion = "2026-07-29.dahlia";

  // An empty base URL means the provider's public API.
  explicit StripePaymentProvider(ApiAccess access, WebhookSecrets webhook_secrets = WebhookSecrets());

  std::string_view name() const override { return "stripe"; }
  bool has_webhooks() const override { return !webhook_secrets_.empty(); }
  // Verifies the header Stripe-Signature. Blocks on nothing.
  absl::StatusOr<std::optional<RefundHint>> ReadWebhook(const Webhook& webhook, Deadline deadline) override;
  // FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), unless `key` is a secret
  // or restricted key.
  static absl::Status CheckKey(std::string_view key);
  // The same, unless `list` is the signing secrets of webhook endpoints (whsec_…), separated by commas.
  static absl::Status CheckWebhookSecrets(std::string_view list);

 private:
  RequestOrOutcome RefundRequest(const PaymentRefund& refund) const override;
  PaymentOutcome OutcomeOf(const ProviderResponse& response) const override;
  HttpRequest LookupRequest(std::string_view provider_reference) const override;
  PaymentOutcome Search(const PaymentRefund& refund, Deadline deadline) override;
  HttpRequest ProbeRequest() const override;
  absl::Duration key_lifetime() const override { return absl::Hours(23); }
  std::vector<std::string> secrets() const override { return {std::string(access_.key.Reveal())}; }

  HttpRequest Get(std::string_view path) const;

  const ApiAccess access_;
  const WebhookSecrets webhook_secrets_;
};

PaymentProviderDescriptor DescribeStripe();

}  // namespace keelson
