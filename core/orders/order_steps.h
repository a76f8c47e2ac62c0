// Transitions of a paid order. core/refunds holds PayOrder and CancelOrder, which may create refunds.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/orders/order.h"
#include "core/store/store.h"

namespace keelson {

struct OrderStepCommand {
  std::string request_id;
  std::string id;
  std::string etag;
};

// Marks an order as shipped: moves the order from PAID to SHIPPED.
class ShipOrder {
 public:
  ShipOrder(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND, ORDER_STATE, ORDER_REFUNDED, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const OrderStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
};

// Marks an order as delivered: moves the order from SHIPPED to DELIVERED. The refund window begins.
class DeliverOrder {
 public:
  DeliverOrder(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, ORDER_NOT_FOUND, ORDER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<Order> Handle(const CallContext& context, const OrderStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
