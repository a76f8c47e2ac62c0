#pragma once

#include <string>
#include <string_view>

#include "core/common/deadline.h"
#include "core/common/money.h"
#include "core/refunds/refund.h"

namespace keelson {

struct PaymentRefund {
  // Equal in every attempt of a refund, so that the provider pays the refund out at most once.
  std::string idempotency_key;
  // The provider's id of the payment, from PayOrder: a charge or payment intent id.
  std::string payment_reference;
  Money amount;
  RefundReason reason = RefundReason::kUnspecified;
};

struct PaymentOutcome {
  enum class Kind {
    kSucceeded,
    // The provider rejected the refund permanently and moved no money.
    kFailed,
    // No definite response, or a temporary error: retry with the same idempotency key.
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  // The provider's id of the refund; empty unless kSucceeded.
  std::string provider_reference;
  // The provider's error code and text, without secrets; empty if kSucceeded.
  std::string code;
  std::string message;
};

// Port: refunds payments at the provider that received them. Thread-safe. Blocks on the network, at most
// until `deadline`. Every error is an outcome.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  // The name in the configuration, such as "recorded" or "stripe".
  virtual std::string_view name() const = 0;
  virtual PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) = 0;
};

}  // namespace keelson
