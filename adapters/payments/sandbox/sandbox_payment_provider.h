#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "adapters/payments/sandbox/sandbox_journal.h"
#include "adapters/support/descriptors/payment_provider_descriptor.h"
#include "adapters/support/webhooks/webhook_secrets.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

struct SandboxSettings {
  std::string path = "sandbox-payments.jsonl";
  // How long a pending refund stays pending.
  absl::Duration pending = absl::Seconds(5);
  // Added to every response.
  absl::Duration latency = absl::ZeroDuration();
  // Secrets of webhooks, separated by commas; empty: no webhooks.
  std::string webhook_secret = {};
};

// For experiments and tests: behaves like a payment provider, but moves no money. The payment reference
// selects the behavior (SandboxBehavior). Requests and payouts are recorded in a SandboxJournal, so that all
// instances that use one file are one provider, and a double payment is visible. An idempotency key is never
// forgotten: a repeat pays nothing. Thread-safe. A call with the behavior pays_then_times_out blocks until
// its deadline.
class SandboxPaymentProvider final : public PaymentProvider {
 public:
  using Now = std::function<absl::Time()>;

  // Returns FAILED_PRECONDITION if the journal can't be opened. `now` must be thread-safe.
  static absl::StatusOr<std::unique_ptr<SandboxPaymentProvider>> Create(const SandboxSettings& settings,
                                                                        Now now = &absl::Now);

  std::string_view name() const override { return "sandbox"; }
  PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) override;
  PaymentOutcome FindRefund(const PaymentRefund& refund, std::string_view provider_reference,
                            Deadline deadline) override;
  PaymentOutcome Probe(Deadline deadline) override;
  bool has_webhooks() const override { return !webhook_secrets_.empty(); }
  // The sandbox sends no webhooks; a person or a test sends them. The body is a JSON object with `id`, the id
  // of the event, and `refund_id`, our id; the header Sandbox-Signature has the form of WebhookSecrets.
  absl::StatusOr<std::optional<RefundHint>> ReadWebhook(const Webhook& webhook, Deadline deadline) override;

 private:
  SandboxPaymentProvider(const SandboxSettings& settings, Now now, std::unique_ptr<SandboxJournal> journal)
      : settings_(settings),
        webhook_secrets_(settings.webhook_secret),
        now_(std::move(now)),
        journal_(std::move(journal)) {}

  // The outcome at the time `now` of a refund that was first requested at `since`.
  PaymentOutcome OutcomeOf(const PaymentRefund& refund, absl::Time since, absl::Time now) const;

  const SandboxSettings settings_;
  const WebhookSecrets webhook_secrets_;
  const Now now_;
  const std::unique_ptr<SandboxJournal> journal_;
};

PaymentProviderDescriptor DescribeSandboxPayments();

}  // namespace keelson
