#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/refunds/refund_policy.h"
#include "core/store/store.h"

namespace keelson {

struct CancelOrderCommand {
  std::string request_id;
  std::string id;
  // The note of the refund; at most 500 characters.
  std::string reason;
  std::string etag;
};

// Cancels an order: moves it from PENDING or PAID to CANCELLED. In the same transaction, CancelOrder cancels
// the refunds that wait for approval and refunds the whole refundable amount, with one refund for each
// payment that has an amount left, so that the order is refunded in full. The refund rules do not apply to
// these refunds, but they wait for approval if the order's refunds exceed the approval threshold.
class CancelOrder {
 public:
  CancelOrder(Store& store, Clock& clock, IdGenerator& ids, const RefundPolicies& policies)
      : store_(store), clock_(clock), ids_(ids), policies_(policies) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND, ORDER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const CancelOrderCommand& command);

 private:
  absl::Status CancelRequests(WriteTransaction& tx, const CallContext& context, Order& order, absl::Time now);
  absl::StatusOr<std::vector<Refund>> RefundRest(WriteTransaction& tx, const CallContext& context,
                                                 const RefundTerms& terms, Order& order,
                                                 const std::string& reason, absl::Time now);

  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
  const RefundPolicies& policies_;
};

}  // namespace keelson
