#include "core/orders/order_change.h"

#include <utility>

#include "core/common/error.h"
#include "core/common/etag.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"

namespace keelson {

absl::StatusOr<Order> RequireOrder(Found<Order> order) {
  if (!order.ok()) return order.status();
  if (!*order) return MakeError(Reason::kOrderNotFound, "there is no such order");
  return **std::move(order);
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
  absl::StatusOr<OrderFields> answer = ExecuteIdempotently<OrderFields>(
      store, context, call, now, [&](WriteTransaction& tx) -> absl::StatusOr<OrderFields> {
        absl::StatusOr<Order> order = RequireOrder(tx.orders().FindForUpdate(*id));
        if (!order.ok()) return order.status();
        absl::Status status = CheckEtag(change.etag, (*order)->version);
        if (!status.ok()) return status;
        if (status = step(tx, *order); !status.ok()) return status;
        if (status = tx.orders().Update(*order); !status.ok()) return status;
        status =
            tx.events().Append(MakeEvent(change.event_type, id->ToString(), (*order)->user_id, context, now));
        if (!status.ok()) return status;
        return order->fields();
      });
  if (!answer.ok()) return answer.status();
  return Order(*std::move(answer));
}

}  // namespace keelson
