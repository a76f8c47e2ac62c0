#include "core/orders/order_steps.h"

#include <utility>

#include "core/common/strings.h"
#include "core/notifications/outbox.h"
#include "core/orders/order_change.h"
#include "core/refunds/refund.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxPaymentReference = 255;
constexpr std::size_t kMaxReason = 500;

std::string ContentOf(const PayOrderCommand& command) {
  ArchiveWriter content;
  content(command.amount), content(command.payment_provider), content(command.payment_reference);
  return content.Take();
}

absl::Status AmountIsNot(const Money& total) {
  return FieldErrors().Add("amount", StrCat("must be the order's total, ", total.ToString())).ToStatus();
}

}  // namespace

absl::StatusOr<Order> PayOrder::operator()(const CallContext& context, const PayOrderCommand& command) {
  FieldErrors errors;
  std::optional<Money> amount;
  if (command.amount) {
    amount = CheckAmount("amount", *command.amount, errors);
  } else {
    errors.Add("amount", "is required");
  }
  if (!command.payment_provider.empty() && command.payment_provider != provider_) {
    errors.Add("payment.provider", StrCat("must be the configured payment provider, ", provider_));
  }
  CheckLine("payment.provider_reference", command.payment_reference, kMaxPaymentReference, errors);
  const absl::Time now = clock_.Now();
  return ChangeOrder(
      store_, context,
      {"PayOrder", command.request_id, command.id, command.etag, ContentOf(command), "order.paid"},
      std::move(errors), now, [&](WriteTransaction&, Order& order) -> absl::Status {
        const Money total = order.MoneyOf(order->total);
        absl::Status paid = order.Pay(provider_, command.payment_reference, now);
        if (paid.ok() && *amount != total) return AmountIsNot(total);
        return paid;
      });
}

absl::StatusOr<Order> ShipOrder::operator()(const CallContext& context, const OrderStepCommand& command) {
  const absl::Time now = clock_.Now();
  return ChangeOrder(store_, context,
                     {"ShipOrder", command.request_id, command.id, command.etag, "", "order.shipped"}, {},
                     now, [&](WriteTransaction&, Order& order) { return order.Ship(now); });
}

absl::StatusOr<Order> DeliverOrder::operator()(const CallContext& context, const OrderStepCommand& command) {
  const absl::Time now = clock_.Now();
  return ChangeOrder(store_, context,
                     {"DeliverOrder", command.request_id, command.id, command.etag, "", "order.delivered"},
                     {}, now, [&](WriteTransaction&, Order& order) { return order.Deliver(now); });
}

absl::StatusOr<Order> CancelOrder::operator()(const CallContext& context, const CancelOrderCommand& command) {
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
        return TellOwner(tx, context, order, refunded, now);
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
  absl::StatusOr<std::vector<Refund>> refunds = tx.refunds().FindMany(ids);
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

absl::Status CancelOrder::TellOwner(WriteTransaction& tx, const CallContext& context, const Order& order,
                                    const Money& refunded, absl::Time now) {
  const Found<User> owner = tx.users().FindUnlocked(order->user_id);
  if (!owner.ok() || !*owner) return owner.status();
  return QueueMessage(
      tx, context, ids_, "order_cancelled", **owner,
      {{"order", order.display_name()}, {"amount", refunded.minor_units > 0 ? refunded.ToString() : ""}},
      now);
}

}  // namespace keelson
