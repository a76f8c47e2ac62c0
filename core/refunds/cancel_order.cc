#include "core/refunds/cancel_order.h"

#include <utility>
#include <vector>

#include "core/common/text.h"
#include "core/events/event_repository.h"
#include "core/orders/notify_owner.h"
#include "core/orders/order_change.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxReason = 500;

}  // namespace

absl::StatusOr<Order> CancelOrder::Handle(const CallContext& context, const CancelOrderCommand& command) {
  FieldErrors errors;
  CheckLine("reason", command.reason, kMaxReason, errors);
  const absl::Time now = clock_.Now();
  return ChangeOrder(
      store_, context,
      {"CancelOrder", command.request_id, command.id, command.etag, command.reason, "order.cancelled"},
      std::move(errors), now, [&](WriteTransaction& tx, Order& order) -> absl::Status {
        absl::Status status = order.Cancel(now);
        if (status.ok()) status = CancelRequests(tx, context, order, now);
        if (!status.ok()) return status;
        const Money refunded = order.MoneyOf(order.refundable());
        if (refunded.minor_units > 0) status = RefundRest(tx, context, order, command.reason, now);
        if (!status.ok()) return status;
        return NotifyOwner(tx, context, ids_, "order_cancelled", order,
                           {{"amount", refunded.minor_units > 0 ? refunded.ToString() : ""}}, now);
      });
}

absl::Status CancelOrder::CancelRequests(WriteTransaction& tx, const CallContext& context, Order& order,
                                         absl::Time now) {
  if (order->refund_pending == 0) return absl::OkStatus();
  RefundFilter filter;
  filter.order_id = order->id;
  filter.states = {RefundState::kRequested};
  const absl::StatusOr<std::vector<Refund>> requested =
      tx.refunds().List(filter, std::nullopt, static_cast<int>(order->refund_count));
  if (!requested.ok() || requested->empty()) return requested.status();
  std::vector<RefundId> ids;
  for (const Refund& refund : *requested) ids.push_back(refund->id);
  absl::StatusOr<std::vector<Refund>> refunds = tx.refunds().FindManyForUpdate(ids);
  if (!refunds.ok()) return refunds.status();
  for (Refund& refund : *refunds) {
    // The refund was approved after the list was read. The settler pays it.
    if (refund->state != RefundState::kRequested) continue;
    absl::Status status = refund.Cancel(context.actor, "the order was cancelled", now);
    if (!status.ok()) return status;
    order.ReleaseRefund(refund.portion(), now);
    if (status = tx.refunds().Update(refund); !status.ok()) return status;
    if (status = tx.events().Append(RefundCancelledEvent(refund, context, now)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CancelOrder::RefundRest(WriteTransaction& tx, const CallContext& context, Order& order,
                                     const std::string& reason, absl::Time now) {
  Refund::Request request;
  request.portion.amount = order.refundable();
  request.reason = RefundReason::kOrderCancelled;
  request.note = reason;
  request.requested_by = context.actor;
  const Refund refund = Refund::Create(ids_.Next<RefundKind>(), order, std::move(request), now);
  order.HoldRefund(refund.portion(), now);
  if (absl::Status status = tx.refunds().Insert(refund); !status.ok()) return status;
  return tx.events().Append(RefundRequestedEvent(refund, context, now));
}

}  // namespace keelson
