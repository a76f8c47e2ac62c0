#include "core/refunds/settle_refunds.h"

#include <map>
#include <utility>

#include "core/accounts/notify_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/backoff.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

constexpr absl::Duration kBaseDelay = absl::Seconds(2);
constexpr absl::Duration kMaxDelay = absl::Minutes(15);

CallContext SystemContext() {
  return {std::string(kSystem), "", "", Deadline::Never()};
}

Event EventOf(std::string_view type, const Refund& refund, absl::Time now) {
  EventPayload payload;
  payload.Add("order_id", refund->order_id.ToString()).Add("attempts", refund->attempts);
  if (!refund->failure_code.empty()) payload.Add("failure_code", refund->failure_code);
  return MakeEvent(type, refund->id.ToString(), refund->user_id, SystemContext(), now, std::move(payload));
}

template <typename Id, typename Entity>
absl::StatusOr<std::map<Id, Entity>> IndexById(absl::StatusOr<std::vector<Entity>> found) {
  ASSIGN_OR_RETURN(std::vector<Entity> entities, std::move(found));
  std::map<Id, Entity> by_id;
  for (Entity& entity : entities) by_id.emplace(entity->id, std::move(entity));
  return by_id;
}

// A FAILED refund moved no money. The provider may return its response to an earlier key again, so that each
// retry needs a key of its own.
std::string IdempotencyKeyOf(const Refund& refund) {
  const std::string id = refund->id.ToString();
  return refund->retries == 0 ? id : StrCat(id, "-", refund->retries);
}

}  // namespace

absl::StatusOr<int> SettleRefunds::Handle() {
  // An attempt starts only if its timeout ends before the lease expires. The remaining refunds are claimed
  // again after the lease has expired.
  const SteadyTime last_start = clock_.SteadyNow() + kLease - kAttemptTimeout;
  ASSIGN_OR_RETURN(const std::vector<Refund> claimed, Claim());
  if (claimed.empty()) return 0;

  std::vector<Attempt> attempts;
  attempts.reserve(claimed.size());
  for (const Refund& refund : claimed) {
    if (clock_.SteadyNow() > last_start) break;
    attempts.push_back({refund, RequestRefund(refund)});
  }
  std::vector<Attempt> postponed;
  const absl::Status status = store_.Write(Deadline::After(kStoreTimeout), [&](WriteTransaction& tx) {
    postponed.clear();
    return SettleAll(tx, attempts, postponed);
  });
  if (!status.ok()) return status;
  for (const auto& [refund, outcome] : postponed) {
    log_.Write(Severity::kWarning, "refund.postponed",
               "the outcome of a refund is unknown; the refund will be retried",
               {{"refund_id", refund->id.ToString()}, {"code", outcome.code}});
  }
  return static_cast<int>(claimed.size());
}

absl::StatusOr<std::vector<Refund>> SettleRefunds::Claim() {
  const absl::Time now = clock_.Now();
  const Deadline deadline = Deadline::After(kStoreTimeout);
  std::vector<Refund> due;
  absl::Status status = store_.Read(deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(due, tx.refunds().ListDue(now, kBatch));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (due.empty()) return due;

  std::vector<RefundId> ids;
  for (const Refund& refund : due) ids.push_back(refund->id);
  std::vector<Refund> claimed;
  status = store_.Write(deadline, [&](WriteTransaction& tx) -> absl::Status {
    claimed.clear();
    ASSIGN_OR_RETURN(auto refunds, IndexById<RefundId>(tx.refunds().FindManyForUpdate(ids)));
    for (const Refund& candidate : due) {
      const auto found = refunds.find(candidate->id);
      // Another process has claimed the refund, or the refund was cancelled.
      if (found == refunds.end() || found->second->version != candidate->version) continue;
      Refund& refund = found->second;
      RETURN_IF_ERROR(refund.BeginAttempt(now + kLease, now));
      RETURN_IF_ERROR(tx.refunds().Update(refund));
      // A repeated attempt changes no state.
      if (candidate->state == RefundState::kApproved) {
        RETURN_IF_ERROR(tx.events().Append(EventOf("refund.processing", refund, now)));
      }
      claimed.push_back(std::move(refund));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return claimed;
}

PaymentOutcome SettleRefunds::RequestRefund(const Refund& refund) {
  // A zero-amount refund moves no money, and providers reject it.
  if (refund->amount == 0) return {PaymentOutcome::Kind::kSucceeded, "", "", ""};
  if (refund->payment_provider != provider_.name()) {
    return {PaymentOutcome::Kind::kUnknown, "", "PROVIDER_NOT_CONFIGURED",
            StrCat("the payment went through ", refund->payment_provider, ", which is not configured")};
  }
  return provider_.Refund(
      {IdempotencyKeyOf(refund), refund->payment_reference, refund.amount(), refund->reason},
      Deadline::After(kAttemptTimeout));
}

absl::Status SettleRefunds::SettleAll(WriteTransaction& tx, const std::vector<Attempt>& attempts,
                                      std::vector<Attempt>& postponed) {
  // Every transaction that changes an order and its refunds locks the order first, so that no two
  // transactions deadlock.
  std::vector<OrderId> order_ids;
  std::vector<UserId> user_ids;
  for (const Attempt& attempt : attempts) {
    order_ids.push_back(attempt.refund->order_id);
    user_ids.push_back(attempt.refund->user_id);
  }
  ASSIGN_OR_RETURN(auto orders, IndexById<OrderId>(tx.orders().FindManyForUpdate(order_ids)));
  ASSIGN_OR_RETURN(std::vector<Attempt> current, FindCurrent(tx, attempts, postponed));
  ASSIGN_OR_RETURN(const auto owners, IndexById<UserId>(tx.users().FindManyForMessage(user_ids)));
  for (Attempt& attempt : current) {
    const auto order = orders.find(attempt.refund->order_id);
    if (order == orders.end()) {
      return absl::InternalError(StrCat("the order ", attempt.refund->order_id.ToString(), " of the refund ",
                                        attempt.refund->id.ToString(), " does not exist"));
    }
    RETURN_IF_ERROR(Settle(tx, order->second, attempt));
    const auto owner = owners.find(attempt.refund->user_id);
    if (owner != owners.end() && !owner->second.is_erased()) {
      RETURN_IF_ERROR(NotifyOfOutcome(tx, order->second, owner->second, attempt.refund));
    }
  }
  return absl::OkStatus();
}

// Locks the refunds and returns the attempts with a definite outcome, each with the stored refund. Postpones
// the other attempts.
absl::StatusOr<std::vector<SettleRefunds::Attempt>> SettleRefunds::FindCurrent(
    WriteTransaction& tx, const std::vector<Attempt>& attempts, std::vector<Attempt>& postponed) {
  std::vector<RefundId> ids;
  for (const Attempt& attempt : attempts) ids.push_back(attempt.refund->id);
  ASSIGN_OR_RETURN(const auto refunds, IndexById<RefundId>(tx.refunds().FindManyForUpdate(ids)));
  std::vector<Attempt> current;
  for (const auto& [attempted, outcome] : attempts) {
    const auto found = refunds.find(attempted->id);
    // A later attempt with the same idempotency key has begun, so this outcome is ignored.
    if (found == refunds.end() || found->second->state != RefundState::kProcessing ||
        found->second->attempts != attempted->attempts) {
      continue;
    }
    if (outcome.kind == PaymentOutcome::Kind::kUnknown) {
      RETURN_IF_ERROR(Postpone(tx, found->second, outcome));
      postponed.push_back({found->second, outcome});
    } else {
      current.push_back({found->second, outcome});
    }
  }
  return current;
}

absl::Status SettleRefunds::Settle(WriteTransaction& tx, Order& order, Attempt& attempt) {
  auto& [refund, outcome] = attempt;
  const absl::Time now = clock_.Now();
  const bool succeeded = outcome.kind == PaymentOutcome::Kind::kSucceeded;
  RETURN_IF_ERROR(succeeded ? refund.Succeed(outcome.provider_reference, now)
                            : refund.Fail(outcome.code, outcome.message, now));
  if (succeeded) {
    order.SettleRefund(refund.portion(), now);
  } else {
    order.ReleaseRefund(refund.portion(), now);
  }
  RETURN_IF_ERROR(tx.orders().Update(order));
  RETURN_IF_ERROR(tx.refunds().Update(refund));
  return tx.events().Append(EventOf(succeeded ? "refund.succeeded" : "refund.failed", refund, now));
}

absl::Status SettleRefunds::Postpone(WriteTransaction& tx, Refund refund, const PaymentOutcome& outcome) {
  const absl::Time now = clock_.Now();
  const absl::Duration delay = FullJitter(entropy_, kBaseDelay, kMaxDelay, refund->attempts);
  RETURN_IF_ERROR(refund.Postpone(outcome.code, outcome.message, now + delay, now));
  return tx.refunds().Update(refund);
}

absl::Status SettleRefunds::NotifyOfOutcome(WriteTransaction& tx, const Order& order, const User& owner,
                                            const Refund& refund) {
  // A zero-amount refund moves no money.
  if (refund->amount == 0) return absl::OkStatus();
  const bool succeeded = refund->state == RefundState::kSucceeded;
  return NotifyUser(tx, SystemContext(), ids_, succeeded ? "refund_succeeded" : "refund_failed", owner,
                    {{"order", order.display_name()}, {"amount", refund.amount().ToString()}}, clock_.Now());
}

}  // namespace keelson
