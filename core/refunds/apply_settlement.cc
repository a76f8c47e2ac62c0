#include "core/refunds/apply_settlement.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accounts/notify_user.h"
#include "core/common/deadline.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/refunds/refund_change.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

// Returns the refunds that one e-mail reports; empty while one of them is open.
absl::StatusOr<std::vector<Refund>> ReportedWith(WriteTransaction& tx, const Refund& refund) {
  std::vector<Refund> reported = {refund};
  if (refund->retries > 0) return reported;
  for (const RefundId& id : SplitIds(refund.fields())) {
    if (id == refund->id) continue;
    ASSIGN_OR_RETURN(Refund other, RequireRefund(tx.refunds().Find(id)));
    if (other->retries > 0) continue;
    if (HoldsAmount(other->state)) return std::vector<Refund>();
    reported.push_back(std::move(other));
  }
  return reported;
}

std::int64_t SumIn(RefundState state, const std::vector<Refund>& refunds) {
  std::int64_t sum = 0;
  for (const Refund& refund : refunds) {
    if (refund->state == state) sum += refund->amount;
  }
  return sum;
}

}  // namespace

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
  if (owner.is_erased()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<Refund> reported, ReportedWith(tx, refund));
  for (const auto& [state, template_name] : {std::pair(RefundState::kSucceeded, "refund_succeeded"),
                                             std::pair(RefundState::kFailed, "refund_failed")}) {
    const std::int64_t amount = SumIn(state, reported);
    if (amount == 0) continue;
    RETURN_IF_ERROR(
        NotifyUser(tx, context, ids, template_name, owner,
                   {{"order", order.display_name()}, {"amount", order.MoneyOf(amount).ToString()}}, now));
  }
  return absl::OkStatus();
}

}  // namespace keelson
