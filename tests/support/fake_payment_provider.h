#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/common/deadline.h"
#include "core/common/strings.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// Refund and FindRefund return the scripted outcomes in order, and afterwards succeed. Paid amounts are
// recorded by idempotency key: a repeat of a key succeeds and pays nothing. Not thread-safe.
class FakePaymentProvider : public PaymentProvider {
 public:
  using Kind = PaymentOutcome::Kind;

  explicit FakePaymentProvider(std::string name = "recorded") : name_(std::move(name)) {}

  std::string_view name() const override { return name_; }

  PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) override {
    asked.push_back(refund);
    deadlines.push_back(deadline);
    if (on_refund) on_refund(refund);
    PaymentOutcome outcome = Succeeded(refund);
    if (!script.empty()) {
      outcome = std::move(script.front());
      script.pop_front();
    }
    if (outcome.kind == Kind::kSucceeded) moved.emplace(refund.idempotency_key, refund.amount);
    return outcome;
  }

  PaymentOutcome FindRefund(const PaymentRefund& refund, std::string_view provider_reference,
                            Deadline /*deadline*/) override {
    searched.push_back(refund);
    searched_references.emplace_back(provider_reference);
    if (found.empty()) return {Kind::kSucceeded, std::string(provider_reference)};
    PaymentOutcome outcome = std::move(found.front());
    found.pop_front();
    return outcome;
  }

  PaymentOutcome Probe(Deadline /*deadline*/) override {
    ++probes;
    return probe.value_or(PaymentOutcome{Kind::kSucceeded});
  }

  bool needs_confirmation() const override { return confirm; }
  bool has_webhooks() const override { return read_webhook != nullptr; }
  absl::StatusOr<std::optional<RefundHint>> ReadWebhook(const Webhook& webhook,
                                                        Deadline /*deadline*/) override {
    return read_webhook(webhook);
  }

  // Records the refund as paid without returning a response, to simulate a lost response.
  void Move(const PaymentRefund& refund) { moved.emplace(refund.idempotency_key, refund.amount); }

  static PaymentOutcome Succeeded(const PaymentRefund& refund) {
    return {Kind::kSucceeded, StrCat("provider-", refund.idempotency_key), "", ""};
  }
  static PaymentOutcome Failed(std::string code = "charge_disputed") {
    return {Kind::kFailed, "", std::move(code), "permanently refused"};
  }
  static PaymentOutcome Unknown(std::string code = "timeout") {
    return {Kind::kUnknown, "", std::move(code), "no answer"};
  }

  static PaymentOutcome Pending(const std::string& reference = "re_1",
                                std::optional<absl::Duration> retry_after = std::nullopt) {
    return {Kind::kPending, reference, "", "", retry_after};
  }
  // An outcome that shows that the provider did not execute the refund.
  static PaymentOutcome Refused(Kind kind, std::optional<absl::Duration> retry_after = std::nullopt) {
    return {kind, "", "refused", "not now", retry_after};
  }

  std::deque<PaymentOutcome> script;
  // The outcomes of FindRefund.
  std::deque<PaymentOutcome> found;
  // The outcome of Probe; if not set, kSucceeded.
  std::optional<PaymentOutcome> probe;
  bool confirm = false;
  // Null: the provider has no webhooks.
  std::function<absl::StatusOr<std::optional<RefundHint>>(const Webhook&)> read_webhook;
  // Called during each attempt, to simulate concurrent events.
  std::function<void(const PaymentRefund&)> on_refund;
  // The refunds of all attempts.
  std::vector<PaymentRefund> asked;
  std::vector<Deadline> deadlines;
  // The refunds and references that FindRefund was called for.
  std::vector<PaymentRefund> searched;
  std::vector<std::string> searched_references;
  int probes = 0;
  std::map<std::string, Money> moved;

 private:
  const std::string name_;
};

}  // namespace keelson
