#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/amount.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/orders/order_input.h"
#include "core/refunds/payment_policy.h"
#include "core/refunds/refund_policy.h"
#include "core/store/store.h"

namespace keelson {

struct PayOrderCommand {
  std::string request_id;
  std::string id;
  std::optional<Amount> amount;
  // The name of a configured payment provider, or empty for the first of them.
  std::string payment_provider;
  std::string payment_reference;
  std::string etag;
};

// Records a payment: moves the order from PENDING to PAID if nothing is left to pay. A payment of a CANCELLED
// order is recorded and refunded in the same transaction; the refund waits for approval if the order's
// refunds exceed the approval threshold.
class PayOrder {
 public:
  PayOrder(Store& store, Clock& clock, IdGenerator& ids, const RefundPolicies& policies,
           PaymentPolicy payments)
      : store_(store), clock_(clock), ids_(ids), policies_(policies), payments_(std::move(payments)) {}
  // Errors: FIELD_INVALID (also for an amount that exceeds the unpaid amount of a PENDING order, and for
  // another provider), REFERENCE_TAKEN if a payment with the same provider and reference is recorded, unless
  // references are shared, ORDER_NOT_FOUND, ORDER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const PayOrderCommand& command);

 private:
  absl::Status CheckReference(WriteTransaction& tx, const CheckedPayment& payment) const;
  absl::Status RefundLatePayment(WriteTransaction& tx, const CallContext& context, Order& order,
                                 absl::Time now);

  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
  const RefundPolicies& policies_;
  const PaymentPolicy payments_;
};

}  // namespace keelson
