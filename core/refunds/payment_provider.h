#pragma once

#include <string>
#include <string_view>

#include "core/common/deadline.h"
#include "core/common/money.h"
#include "core/refunds/refund.h"

namespace keelson {

struct PaymentRefund {
  // The same for every attempt at one refund that has no definite answer yet: a provider moves the money at
  // most once for one key.
  std::string idempotency_key;
  // As PayOrder was told: a charge or payment intent id.
  std::string payment_reference;
  Money amount;
  RefundReason reason = RefundReason::kUnspecified;
};

struct PaymentOutcome {
  enum class Kind {
    kSucceeded,
    // Refused for good: no money moved, and none will.
    kFailed,
    // No definite answer, or a passing trouble: ask again under the same key.
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  // The provider's name for the refund, where it succeeded.
  std::string provider_reference;
  // The provider's code and words otherwise, secrets left out.
  std::string code;
  std::string message;
};

// Gives money back through whoever took it. Thread-safe. Blocks on the network, never past `deadline`; every
// trouble is an outcome.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  // As configured: "recorded", "stripe".
  virtual std::string_view name() const = 0;
  virtual PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) = 0;
};

}  // namespace keelson
