#include "core/refunds/apply_settlement.h"

#include "core/accounts/notify_user.h"
#include "core/common/deadline.h"
#include "core/events/event_repository.h"

namespace keelson {

CallContext SystemContext() {
  return {std::string(kSystem), "", "", Deadline::Never()};
}

absl::Status ApplySettlement(WriteTransaction& tx, const CallContext& context, Order& order,
                             const Refund& refund, absl::Time now) {
  const bool succeeded = refund->state == RefundState::kSucceeded;
  if (succeeded) {
    order.SettleRefund(refund.source(), refund.portion(), now);
  } else {
    order.ReleaseRefund(refund.source(), refund.portion(), now);
  }
  return tx.events().Append(
      RefundSettlementEvent(succeeded ? "refund.succeeded" : "refund.failed", refund, context, now));
}

absl::Status NotifyOfSettlement(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                const Order& order, const User& owner, const Refund& refund, absl::Time now) {
  if (refund->amount == 0 || owner.is_erased()) return absl::OkStatus();
  const bool succeeded = refund->state == RefundState::kSucceeded;
  return NotifyUser(tx, context, ids, succeeded ? "refund_succeeded" : "refund_failed", owner,
                    {{"order", order.display_name()}, {"amount", refund.amount().ToString()}}, now);
}

}  // namespace keelson
