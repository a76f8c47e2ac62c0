#include "core/refunds/save_outcomes.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/time/time.h"
#include "core/accounts/user_repository.h"
#include "core/common/backoff.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/orders/order_repository.h"
#include "core/refunds/apply_settlement.h"
#include "core/refunds/claim_refunds.h"
#include "core/refunds/index_by_id.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

using OutcomeKind = PaymentOutcome::Kind;

bool IsDefinite(const AttemptedRefund& attempted) {
  return attempted.outcome && (attempted.outcome->kind == OutcomeKind::kSucceeded ||
                               attempted.outcome->kind == OutcomeKind::kFailed);
}

// Whether the attempt is the refund's last one, and no earlier call has saved its definite outcome.
bool IsCurrent(const Refund& stored, const Refund& attempted) {
  return stored->state == RefundState::kProcessing && stored->attempts == attempted->attempts;
}

// Doubles the interval with each attempt.
absl::Duration PendingInterval(const SettlementPolicy& policy, std::int64_t attempts) {
  constexpr std::int64_t kMaxDoublings = 30;
  const std::int64_t doublings = std::clamp<std::int64_t>(attempts - 1, 0, kMaxDoublings);
  return std::min(policy.pending_interval * (std::int64_t{1} << doublings), policy.max_pending_interval);
}

// Returns now + wait, rounded up to whole microseconds, the resolution of stored times.
absl::Time TimeAfter(absl::Time now, absl::Duration wait, const PaymentOutcome& outcome) {
  const absl::Duration least = outcome.retry_after.value_or(absl::ZeroDuration());
  return now + absl::Ceil(std::max(wait, least), absl::Microseconds(1));
}

}  // namespace

absl::Status SaveOutcomes::Handle(std::span<const AttemptedRefund> attempted) const {
  return store_.Write(Deadline::After(kSettlementStoreTimeout),
                      [&](WriteTransaction& tx) { return Save(tx, attempted); });
}

absl::Status SaveOutcomes::Save(WriteTransaction& tx, std::span<const AttemptedRefund> attempted) const {
  std::vector<OrderId> order_ids;
  std::vector<UserId> user_ids;
  std::vector<RefundId> refund_ids;
  for (const AttemptedRefund& each : attempted) {
    refund_ids.push_back(each.refund->id);
    if (!IsDefinite(each)) continue;
    order_ids.push_back(each.refund->order_id);
    user_ids.push_back(each.refund->user_id);
  }
  // Every transaction that changes an order and its refunds locks the order first, so that no two
  // transactions deadlock.
  ASSIGN_OR_RETURN(auto orders, IndexById<OrderId>(tx.orders().FindManyForUpdate(order_ids)));
  ASSIGN_OR_RETURN(auto refunds, IndexById<RefundId>(tx.refunds().FindManyForUpdate(refund_ids)));
  ASSIGN_OR_RETURN(const auto owners, IndexById<UserId>(tx.users().FindManyForMessage(user_ids)));
  for (const AttemptedRefund& each : attempted) {
    const auto found = refunds.find(each.refund->id);
    if (found == refunds.end() || !IsCurrent(found->second, each.refund)) continue;
    Refund& refund = found->second;
    if (!IsDefinite(each)) {
      RETURN_IF_ERROR(Postpone(tx, refund, each));
      continue;
    }
    const auto order = orders.find(refund->order_id);
    if (order == orders.end()) {
      return absl::InternalError(StrCat("the order ", refund->order_id.ToString(), " of the refund ",
                                        refund->id.ToString(), " does not exist"));
    }
    RETURN_IF_ERROR(Settle(tx, order->second, refund, *each.outcome));
    const auto owner = owners.find(refund->user_id);
    if (owner == owners.end()) continue;
    RETURN_IF_ERROR(
        NotifyOfSettlement(tx, SystemContext(), ids_, order->second, owner->second, refund, clock_.Now()));
  }
  return absl::OkStatus();
}

absl::Status SaveOutcomes::Settle(WriteTransaction& tx, Order& order, Refund& refund,
                                  const PaymentOutcome& outcome) const {
  const absl::Time now = clock_.Now();
  if (outcome.kind == OutcomeKind::kSucceeded) {
    RETURN_IF_ERROR(refund.Succeed(outcome.provider_reference, now));
  } else {
    RETURN_IF_ERROR(refund.Fail(outcome.code, outcome.message, now));
  }
  RETURN_IF_ERROR(ApplySettlement(tx, SystemContext(), order, refund, now));
  RETURN_IF_ERROR(tx.orders().Update(order));
  return tx.refunds().Update(refund);
}

absl::Status SaveOutcomes::Postpone(WriteTransaction& tx, Refund& refund,
                                    const AttemptedRefund& attempted) const {
  const absl::Time now = clock_.Now();
  if (!attempted.outcome) {
    RETURN_IF_ERROR(refund.ReleaseLease(now));
    return tx.refunds().Update(refund);
  }
  const PaymentOutcome& outcome = *attempted.outcome;
  if (outcome.kind != OutcomeKind::kPending) {
    const absl::Duration wait = FullJitter(entropy_, policy_.base_delay, policy_.max_delay, refund->attempts);
    RETURN_IF_ERROR(refund.Postpone(outcome.code, outcome.message, TimeAfter(now, wait, outcome), now));
  } else if (attempted.needs_confirmation) {
    RETURN_IF_ERROR(refund.AwaitConfirmation(outcome.provider_reference, now));
  } else {
    const absl::Duration wait = PendingInterval(policy_, refund->attempts);
    RETURN_IF_ERROR(refund.AwaitProvider(outcome.provider_reference, outcome.code, outcome.message,
                                         TimeAfter(now, wait, outcome), now));
  }
  return tx.refunds().Update(refund);
}

}  // namespace keelson
