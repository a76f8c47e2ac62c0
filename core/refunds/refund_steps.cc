#include "core/refunds/refund_steps.h"

#include <memory>
#include <string_view>
#include <utility>

#include "core/common/status_macros.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"
#include "core/orders/notify_owner.h"
#include "core/refunds/refund_change.h"
#include "core/refunds/refund_rules.h"

namespace keelson {
namespace {

struct Decision {
  std::string_view method;
  std::string_view event_type;
  std::string_view template_name;
  absl::Status (Refund::*decide)(std::string decided_by, std::string note, absl::Time now);
};

// Whether an earlier e-mail has announced the refund to the customer. An automatically APPROVED refund is
// announced when it is paid out.
bool IsAnnounced(const Refund& refund) {
  return refund->state == RefundState::kRequested || refund->decide_time ||
         refund->reason == RefundReason::kOrderCancelled;
}

absl::Status NotifyOfDecision(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                              std::string_view template_name, const Order& order, const Refund& refund,
                              absl::Time now) {
  // A zero-amount refund moves no money.
  if (refund->amount == 0) return absl::OkStatus();
  return NotifyOwner(tx, context, ids, template_name, order, {{"amount", refund.amount().ToString()}}, now);
}

absl::StatusOr<Refund> Decide(Store& store, IdGenerator& ids, const Decision& decision,
                              const CallContext& context, const DecideRefundCommand& command,
                              absl::Time now) {
  FieldErrors errors;
  CheckLine("note", command.note, kMaxRefundNote, errors);
  return ChangeRefund(
      store, context, {decision.method, command.request_id, command.id, command.etag, command.note},
      std::move(errors), now, [&](WriteTransaction& tx, Order& order, Refund& refund) -> absl::Status {
        const bool announced = IsAnnounced(refund);
        RETURN_IF_ERROR((refund.*decision.decide)(context.actor, command.note, now));
        if (!HoldsAmount(refund->state)) order.ReleaseRefund(refund.source(), refund.portion(), now);
        RETURN_IF_ERROR(tx.events().Append(RefundDecidedEvent(decision.event_type, refund, context, now)));
        if (!announced) return absl::OkStatus();
        return NotifyOfDecision(tx, context, ids, decision.template_name, order, refund, now);
      });
}

}  // namespace

absl::StatusOr<Refund> ApproveRefund::Handle(const CallContext& context, const DecideRefundCommand& command) {
  return Decide(store_, ids_, {"ApproveRefund", "refund.approved", "refund_approved", &Refund::Approve},
                context, command, clock_.Now());
}

absl::StatusOr<Refund> RejectRefund::Handle(const CallContext& context, const DecideRefundCommand& command) {
  return Decide(store_, ids_, {"RejectRefund", "refund.rejected", "refund_rejected", &Refund::Reject},
                context, command, clock_.Now());
}

absl::StatusOr<Refund> CancelRefund::Handle(const CallContext& context, const DecideRefundCommand& command) {
  return Decide(store_, ids_, {"CancelRefund", "refund.cancelled", "refund_cancelled", &Refund::Cancel},
                context, command, clock_.Now());
}

absl::StatusOr<Refund> RetryRefund::Handle(const CallContext& context, const RetryRefundCommand& command) {
  const absl::Time now = clock_.Now();
  const std::shared_ptr<const RefundPolicy> policy = policies_.Current();
  return ChangeRefund(store_, context, {"RetryRefund", command.request_id, command.id, command.etag, ""}, {},
                      now, [&](WriteTransaction& tx, Order& order, Refund& refund) -> absl::Status {
                        RETURN_IF_ERROR(refund.CheckRetry());
                        const RefundJudgement judgement =
                            JudgeRetry(order, refund, policy->TermsFor(refund->reason), now);
                        if (!judgement.allowed) return NotAllowed(order, judgement);
                        RETURN_IF_ERROR(refund.Retry(*judgement.portion, judgement.needs_approval, now));
                        order.HoldRefund(refund.source(), *judgement.portion, now);
                        return tx.events().Append(RefundRetriedEvent(refund, context, now));
                      });
}

}  // namespace keelson
