#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/common/deadline.h"
#include "core/common/strings.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// Refund returns the scripted outcomes in order, and afterwards succeeds. Paid amounts are recorded by
// idempotency key: a repeat of a key succeeds and pays nothing. Not thread-safe.
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

  std::deque<PaymentOutcome> script;
  // Called during each attempt, to simulate concurrent events.
  std::function<void(const PaymentRefund&)> on_refund;
  // The refunds of all attempts.
  std::vector<PaymentRefund> asked;
  std::vector<Deadline> deadlines;
  std::map<std::string, Money> moved;

 private:
  const std::string name_;
};

}  // namespace keelson
