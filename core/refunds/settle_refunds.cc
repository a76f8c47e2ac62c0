#include "core/refunds/settle_refunds.h"

#include <map>
#include <utility>

#include "core/accounts/notify_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/backoff.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

constexpr absl::Duration kBaseDelay = absl::Seconds(2);
constexpr absl::Duration kMaxDelay = absl::Minutes(15);

CallContext SystemContext(Deadline deadline) {
  return {"system", "", "", deadline};
}

std::string_view EventTypeOf(RefundState state) {
  switch (state) {
    case RefundState::kSucceeded:
      return "refund.succeeded";
    case RefundState::kFailed:
      return "refund.failed";
    default:
      return "refund.processing";
  }
}

Event EventOf(const Refund& refund, const CallContext& context, absl::Time now) {
  EventPayload payload;
  payload.Add("order_id", refund->order_id.ToString()).Add("attempts", refund->attempts);
  if (!refund->failure_code.empty()) payload.Add("failure_code", refund->failure_code);
  return MakeEvent(EventTypeOf(refund->state), refund->id.ToString(), refund->user_id, context, now,
                   std::move(payload));
}

template <typename Id, typename Entity>
absl::StatusOr<std::map<Id, Entity>> IndexById(absl::StatusOr<std::vector<Entity>> found) {
  if (!found.ok()) return found.status();
  std::map<Id, Entity> by_id;
  for (Entity& entity : *found) by_id.emplace(entity->id, std::move(entity));
  return by_id;
}

}  // namespace

absl::StatusOr<int> SettleRefunds::Handle() {
  // Those that the lease has no time left for are taken up again when it has run out.
  const SteadyTime last_start = clock_.SteadyNow() + kLease - kAttemptTimeout;
  absl::StatusOr<std::vector<Refund>> claimed = Claim();
  if (!claimed.ok()) return claimed.status();
  if (claimed->empty()) return 0;

  std::vector<Attempt> attempts;
  attempts.reserve(claimed->size());
  for (const Refund& refund : *claimed) {
    if (clock_.SteadyNow() > last_start) break;
    attempts.push_back({refund, Ask(refund)});
  }
  const absl::Status status = store_.Write(Deadline::After(kStoreTimeout),
                                           [&](WriteTransaction& tx) { return SettleAll(tx, attempts); });
  if (!status.ok()) return status;
  return static_cast<int>(claimed->size());
}

absl::StatusOr<std::vector<Refund>> SettleRefunds::Claim() {
  const absl::Time now = clock_.Now();
  const Deadline deadline = Deadline::After(kStoreTimeout);
  std::vector<Refund> due;
  absl::Status status = store_.Read(deadline, [&](ReadTransaction& tx) -> absl::Status {
    absl::StatusOr<std::vector<Refund>> found = tx.refunds().ListDue(now, kBatch);
    if (found.ok()) due = std::move(*found);
    return found.status();
  });
  if (!status.ok()) return status;
  if (due.empty()) return due;

  std::vector<RefundId> ids;
  for (const Refund& refund : due) ids.push_back(refund->id);
  std::vector<Refund> claimed;
  status = store_.Write(deadline, [&](WriteTransaction& tx) -> absl::Status {
    claimed.clear();
    auto refunds = IndexById<RefundId>(tx.refunds().FindManyForUpdate(ids));
    if (!refunds.ok()) return refunds.status();
    for (const Refund& candidate : due) {
      const auto found = refunds->find(candidate->id);
      // Somebody else has been faster, or it was cancelled.
      if (found == refunds->end() || found->second->version != candidate->version) continue;
      Refund& refund = found->second;
      if (absl::Status begun = refund.BeginAttempt(now + kLease, now); !begun.ok()) return begun;
      if (absl::Status kept = tx.refunds().Update(refund); !kept.ok()) return kept;
      // A repeated attempt changes no state.
      if (candidate->state == RefundState::kApproved) {
        absl::Status told = tx.events().Append(EventOf(refund, SystemContext(deadline), now));
        if (!told.ok()) return told;
      }
      claimed.push_back(std::move(refund));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return claimed;
}

PaymentOutcome SettleRefunds::Ask(const Refund& refund) {
  // A zero-amount refund moves no money, and providers refuse it.
  if (refund->amount == 0) return {PaymentOutcome::Kind::kSucceeded, "", "", ""};
  if (refund->payment_provider != provider_.name()) {
    return {PaymentOutcome::Kind::kUnknown, "", "PROVIDER_NOT_CONFIGURED",
            StrCat("the payment went through ", refund->payment_provider, ", which is not configured")};
  }
  return provider_.Refund({refund->id.ToString(), refund->payment_reference, refund.amount(), refund->reason},
                          Deadline::After(kAttemptTimeout));
}

absl::Status SettleRefunds::SettleAll(WriteTransaction& tx, const std::vector<Attempt>& attempts) {
  absl::StatusOr<std::vector<Attempt>> current = FindCurrent(tx, attempts);
  if (!current.ok()) return current.status();
  std::vector<OrderId> order_ids;
  std::vector<UserId> user_ids;
  for (const Attempt& attempt : *current) {
    order_ids.push_back(attempt.refund->order_id);
    user_ids.push_back(attempt.refund->user_id);
  }
  auto orders = IndexById<OrderId>(tx.orders().FindManyForUpdate(order_ids));
  if (!orders.ok()) return orders.status();
  const auto owners = IndexById<UserId>(tx.users().FindMany(user_ids));
  if (!owners.ok()) return owners.status();
  for (Attempt& attempt : *current) {
    const auto order = orders->find(attempt.refund->order_id);
    if (order == orders->end()) return absl::InternalError("a refund's order is missing");
    absl::Status status = Settle(tx, order->second, attempt);
    const auto owner = owners->find(attempt.refund->user_id);
    if (status.ok() && owner != owners->end()) {
      status = TellOwner(tx, order->second, owner->second, attempt.refund);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Those with a definite answer, their refunds as they are now; the others are postponed.
absl::StatusOr<std::vector<SettleRefunds::Attempt>> SettleRefunds::FindCurrent(
    WriteTransaction& tx, const std::vector<Attempt>& attempts) {
  std::vector<RefundId> ids;
  for (const Attempt& attempt : attempts) ids.push_back(attempt.refund->id);
  const auto refunds = IndexById<RefundId>(tx.refunds().FindManyForUpdate(ids));
  if (!refunds.ok()) return refunds.status();
  std::vector<Attempt> current;
  for (const auto& [attempted, outcome] : attempts) {
    const auto found = refunds->find(attempted->id);
    // A later attempt has taken over; its outcome counts, under the same key.
    if (found == refunds->end() || found->second->state != RefundState::kProcessing ||
        found->second->attempts != attempted->attempts) {
      continue;
    }
    if (outcome.kind != PaymentOutcome::Kind::kUnknown) {
      current.push_back({found->second, outcome});
    } else if (absl::Status status = Postpone(tx, found->second, outcome); !status.ok()) {
      return status;
    }
  }
  return current;
}

absl::Status SettleRefunds::Settle(WriteTransaction& tx, Order& order, Attempt& attempt) {
  auto& [refund, outcome] = attempt;
  const absl::Time now = clock_.Now();
  const bool succeeded = outcome.kind == PaymentOutcome::Kind::kSucceeded;
  absl::Status status = succeeded ? refund.Succeed(outcome.provider_reference, now)
                                  : refund.Fail(outcome.code, outcome.message, now);
  if (!status.ok()) return status;
  if (succeeded) {
    order.SettleRefund(refund.portion(), now);
  } else {
    order.ReleaseRefund(refund.portion(), now);
  }
  if (status = tx.orders().Update(order); !status.ok()) return status;
  if (status = tx.refunds().Update(refund); !status.ok()) return status;
  return tx.events().Append(EventOf(refund, SystemContext(Deadline::Never()), now));
}

absl::Status SettleRefunds::Postpone(WriteTransaction& tx, Refund refund, const PaymentOutcome& outcome) {
  const absl::Time now = clock_.Now();
  const absl::Duration delay = FullJitter(entropy_, kBaseDelay, kMaxDelay, refund->attempts);
  absl::Status status = refund.Postpone(outcome.code, outcome.message, now + delay, now);
  if (!status.ok()) return status;
  log_.Write(Severity::kWarning, "refund.postponed",
             "a refund has no definite answer and will be asked again",
             {{"refund_id", refund->id.ToString()}, {"code", outcome.code}});
  return tx.refunds().Update(refund);
}

absl::Status SettleRefunds::TellOwner(WriteTransaction& tx, const Order& order, const User& owner,
                                      const Refund& refund) {
  // A zero-amount refund moves no money.
  if (refund->amount == 0) return absl::OkStatus();
  const bool succeeded = refund->state == RefundState::kSucceeded;
  return NotifyUser(tx, SystemContext(Deadline::Never()), ids_,
                    succeeded ? "refund_succeeded" : "refund_failed", owner,
                    {{"order", order.display_name()}, {"amount", refund.amount().ToString()}}, clock_.Now());
}

}  // namespace keelson
