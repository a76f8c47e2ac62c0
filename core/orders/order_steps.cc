#include "core/orders/order_steps.h"

#include "core/orders/order_change.h"

namespace keelson {

absl::StatusOr<Order> ShipOrder::Handle(const CallContext& context, const OrderStepCommand& command) {
  const absl::Time now = clock_.Now();
  return ChangeOrder(store_, context,
                     {"ShipOrder", command.request_id, command.id, command.etag, "", "order.shipped"}, {},
                     now, [&](WriteTransaction&, Order& order) { return order.Ship(now); });
}

absl::StatusOr<Order> DeliverOrder::Handle(const CallContext& context, const OrderStepCommand& command) {
  const absl::Time now = clock_.Now();
  return ChangeOrder(store_, context,
                     {"DeliverOrder", command.request_id, command.id, command.etag, "", "order.delivered"},
                     {}, now, [&](WriteTransaction&, Order& order) { return order.Deliver(now); });
}

}  // namespace keelson
