#include "core/orders/order_change.h"

#include <utility>

#include "core/common/error.h"
#include "core/common/etag.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"

namespace keelson {

absl::StatusOr<Order> RequireOrder(Found<Order> order) {
  ASSIGN_OR_RETURN(std::optional<Order> existing, std::move(order));
  if (!existing) return MakeError(Reason::kOrderNotFound, "no order has this id");
  return *std::move(existing);
}

absl::StatusOr<Order> ChangeOrder(Store& store, const CallContext& context, const OrderChange& change,
                                  FieldErrors errors, absl::Time now,
                                  absl::FunctionRef<absl::Status(WriteTransaction&, Order&)> step) {
  CheckRequestId(change.request_id, errors);
  const std::optional<OrderId> id = OrderId::Parse(change.id);
  if (!id) errors.Add("id", InvalidId<OrderKind>());
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter content;
  content(*id), content(std::string(change.etag)), content(change.content);
  const Idempotency call(context, change.method, change.request_id, content.Take());
  const auto apply_step = [&](WriteTransaction& tx) -> absl::StatusOr<OrderFields> {
    ASSIGN_OR_RETURN(Order order, RequireOrder(tx.orders().FindForUpdate(*id)));
    RETURN_IF_ERROR(CheckEtag(change.etag, order->version));
    RETURN_IF_ERROR(step(tx, order));
    RETURN_IF_ERROR(tx.orders().Update(order));
    if (!change.event_type.empty()) {
      RETURN_IF_ERROR(
          tx.events().Append(MakeEvent(change.event_type, id->ToString(), order->user_id, context, now)));
    }
    return order.fields();
  };
  ASSIGN_OR_RETURN(OrderFields fields,
                   ExecuteIdempotently<OrderFields>(store, context, call, now, apply_step));
  return Order(std::move(fields));
}

}  // namespace keelson
