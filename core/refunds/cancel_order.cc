#include "core/refunds/cancel_order.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/common/status_macros.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"
#include "core/orders/order_change.h"
#include "core/refunds/notify_of_cancellation.h"
#include "core/refunds/refund_repository.h"
#include "core/refunds/refund_rules.h"
#include "core/refunds/split_refund.h"

namespace keelson {

absl::StatusOr<Order> CancelOrder::Handle(const CallContext& context, const CancelOrderCommand& command) {
  FieldErrors errors;
  CheckLine("reason", command.reason, kMaxRefundNote, errors);
  const absl::Time now = clock_.Now();
  const std::shared_ptr<const RefundPolicy> policy = policies_.Current();
  return ChangeOrder(
      store_, context,
      {"CancelOrder", command.request_id, command.id, command.etag, command.reason, "order.cancelled"},
      std::move(errors), now, [&](WriteTransaction& tx, Order& order) -> absl::Status {
        RETURN_IF_ERROR(order.Cancel(now));
        RETURN_IF_ERROR(CancelRequests(tx, context, order, now));
        std::vector<Refund> rest;
        if (order.refundable() > 0) {
          const RefundTerms& terms = policy->TermsFor(RefundReason::kOrderCancelled);
          ASSIGN_OR_RETURN(rest, RefundRest(tx, context, terms, order, command.reason, now));
        }
        return NotifyOfCancellation(tx, context, ids_, order, rest, now);
      });
}

absl::Status CancelOrder::CancelRequests(WriteTransaction& tx, const CallContext& context, Order& order,
                                         absl::Time now) {
  if (order->refund_pending == 0) return absl::OkStatus();
  RefundFilter filter;
  filter.order_id = order->id;
  filter.states = {RefundState::kRequested};
  ASSIGN_OR_RETURN(const std::vector<Refund> requested,
                   tx.refunds().List(filter, std::nullopt, static_cast<int>(order->refund_count)));
  if (requested.empty()) return absl::OkStatus();
  std::vector<RefundId> ids;
  for (const Refund& refund : requested) ids.push_back(refund->id);
  ASSIGN_OR_RETURN(std::vector<Refund> refunds, tx.refunds().FindManyForUpdate(ids));
  // The refunds are still REQUESTED, because every change of a REQUESTED refund locks the order first.
  for (Refund& refund : refunds) {
    RETURN_IF_ERROR(refund.Cancel(context.actor, "the order was cancelled", now));
    order.ReleaseRefund(refund.source(), refund.portion(), now);
    RETURN_IF_ERROR(tx.refunds().Update(refund));
    RETURN_IF_ERROR(tx.events().Append(RefundDecidedEvent("refund.cancelled", refund, context, now)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Refund>> CancelOrder::RefundRest(WriteTransaction& tx, const CallContext& context,
                                                            const RefundTerms& terms, Order& order,
                                                            const std::string& reason, absl::Time now) {
  // The verdicts are ignored: a cancelled order is refunded even if a rule fails.
  RefundJudgement judgement = JudgeRefund(order, RefundEverything{}, terms, now);
  Refund::Request request;
  request.portion = *std::move(judgement.portion);
  request.scope = RefundScopeKind::kEverything;
  request.reason = RefundReason::kOrderCancelled;
  request.note = reason;
  request.requested_by = context.actor;
  request.needs_approval = judgement.needs_approval;
  return InsertRefunds(tx, context, ids_, order, std::move(request), /*payment=*/std::nullopt, now);
}

}  // namespace keelson
