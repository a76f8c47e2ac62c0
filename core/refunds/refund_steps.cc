#include "core/refunds/refund_steps.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"
#include "core/orders/notify_owner.h"
#include "core/refunds/apply_settlement.h"
#include "core/refunds/refund_change.h"
#include "core/refunds/refund_repository.h"
#include "core/refunds/refund_rules.h"
#include "core/refunds/split_refund.h"

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
                              std::string_view template_name, const Order& order, const Money& amount,
                              absl::Time now) {
  // A zero-amount refund moves no money.
  if (amount.minor_units == 0) return absl::OkStatus();
  return NotifyOwner(tx, context, ids, template_name, order, {{"amount", amount.ToString()}}, now);
}

absl::Status DecideOne(WriteTransaction& tx, const Decision& decision, const CallContext& context,
                       const std::string& note, Order& order, Refund& refund, absl::Time now) {
  RETURN_IF_ERROR((refund.*decision.decide)(context.actor, note, now));
  if (!HoldsAmount(refund->state)) order.ReleaseRefund(refund.source(), refund.portion(), now);
  return tx.events().Append(RefundDecidedEvent(decision.event_type, refund, context, now));
}

// The refunds of one call were requested together, so that the decision about a REQUESTED refund also applies
// to the others that are REQUESTED. Returns them.
absl::StatusOr<std::vector<Refund>> LockOtherRequests(WriteTransaction& tx, const Refund& refund) {
  if (refund->state != RefundState::kRequested) return std::vector<Refund>();
  ASSIGN_OR_RETURN(std::vector<Refund> others, LockOthers(tx, refund));
  std::erase_if(others, [](const Refund& other) { return other->state != RefundState::kRequested; });
  return others;
}

absl::StatusOr<Refund> Decide(Store& store, IdGenerator& ids, const Decision& decision,
                              const CallContext& context, const DecideRefundCommand& command,
                              absl::Time now) {
  FieldErrors errors;
  CheckLine("note", command.note, kMaxRefundNote, errors);
  const auto decide = [&](WriteTransaction& tx, Order& order, Refund& refund) -> absl::Status {
    const bool announced = IsAnnounced(refund);
    const bool requested = refund->state == RefundState::kRequested;
    ASSIGN_OR_RETURN(std::vector<Refund> others, LockOtherRequests(tx, refund));
    RETURN_IF_ERROR(DecideOne(tx, decision, context, command.note, order, refund, now));
    Money amount = refund.amount();
    for (Refund& other : others) {
      RETURN_IF_ERROR(DecideOne(tx, decision, context, command.note, order, other, now));
      RETURN_IF_ERROR(tx.refunds().Update(other));
      amount.minor_units += other->amount;
    }
    if (announced) {
      RETURN_IF_ERROR(NotifyOfDecision(tx, context, ids, decision.template_name, order, amount, now));
    }
    if (requested || refund->split_ids.empty()) return absl::OkStatus();
    // The cancelled refund may have been the last open one of its call: the settled ones are reported now.
    ASSIGN_OR_RETURN(const std::optional<User> owner, tx.users().FindForMessage(refund->user_id));
    if (!owner) return absl::OkStatus();
    return NotifyOfSettlement(tx, context, ids, order, *owner, refund, now);
  };
  return ChangeRefund(store, context,
                      {decision.method, command.request_id, command.id, command.etag, command.note},
                      std::move(errors), now, decide);
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
