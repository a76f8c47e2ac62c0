#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/store/store.h"

namespace keelson {

struct CancelOrderCommand {
  std::string request_id;
  std::string id;
  // For the audit trail and the refund's note; at most 500 characters.
  std::string reason;
  std::string etag;
};

// PENDING or PAID to CANCELLED. Cancels the refunds that wait for approval, and refunds what is then
// refundable in the same unit of work, so that everything that was paid goes back. That refund needs no
// approval, and the rule on the order's state does not apply to it.
class CancelOrder {
 public:
  CancelOrder(Store& store, Clock& clock, IdGenerator& ids) : store_(store), clock_(clock), ids_(ids) {}
  // FIELD_INVALID, ORDER_NOT_FOUND, ORDER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const CancelOrderCommand& command);

 private:
  absl::Status CancelRequests(WriteTransaction& tx, const CallContext& context, Order& order, absl::Time now);
  absl::Status RefundRest(WriteTransaction& tx, const CallContext& context, Order& order,
                          const std::string& reason, absl::Time now);

  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
};

}  // namespace keelson
