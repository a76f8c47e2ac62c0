#include "core/refunds/settle_refunds.h"

#include <utility>

#include "core/common/backoff.h"
#include "core/common/strings.h"
#include "core/notifications/outbox.h"

namespace keelson {
namespace {

constexpr absl::Duration kStoreTimeout = absl::Seconds(30);
constexpr absl::Duration kBaseDelay = absl::Seconds(2);
constexpr absl::Duration kMaxDelay = absl::Minutes(15);

CallContext SystemContext(absl::Time deadline) {
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

}  // namespace

absl::StatusOr<int> SettleRefunds::operator()() {
  absl::StatusOr<std::vector<Refund>> claimed = Claim();
  if (!claimed.ok()) return claimed.status();
  if (claimed->empty()) return 0;

  // Those that the lease has no time left for are taken up again when it has run out.
  const absl::Time last_start = clock_.Now() + kLease - kAttemptTimeout;
  std::vector<PaymentOutcome> outcomes;
  outcomes.reserve(claimed->size());
  for (const Refund& refund : *claimed) {
    if (clock_.Now() > last_start) break;
    outcomes.push_back(Ask(refund));
  }

  const absl::Status status =
      store_.Write(clock_.Now() + kStoreTimeout, [&](WriteTransaction& tx) -> absl::Status {
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
          if (absl::Status settled = Settle(tx, (*claimed)[i], outcomes[i]); !settled.ok()) return settled;
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return static_cast<int>(claimed->size());
}

absl::StatusOr<std::vector<Refund>> SettleRefunds::Claim() {
  const absl::Time now = clock_.Now();
  const absl::Time deadline = now + kStoreTimeout;
  std::vector<Refund> due;
  absl::Status status = store_.Read(deadline, [&](ReadTransaction& tx) -> absl::Status {
    absl::StatusOr<std::vector<Refund>> found = tx.refunds().ListDue(now, kBatch);
    if (found.ok()) due = std::move(*found);
    return found.status();
  });
  if (!status.ok()) return status;
  if (due.empty()) return due;

  std::vector<Refund> claimed;
  status = store_.Write(deadline, [&](WriteTransaction& tx) -> absl::Status {
    claimed.clear();
    for (const Refund& candidate : due) {
      Found<Refund> refund = tx.refunds().Find(candidate->id);
      if (!refund.ok()) return refund.status();
      // Somebody else has been faster, or it was cancelled.
      if (!*refund || (**refund)->version != candidate->version) continue;
      if (absl::Status begun = (*refund)->BeginAttempt(now + kLease, now); !begun.ok()) return begun;
      if (absl::Status kept = tx.refunds().Update(**refund); !kept.ok()) return kept;
      // A repeated attempt changes no state.
      if (candidate->state == RefundState::kApproved) {
        absl::Status told = tx.events().Append(EventOf(**refund, SystemContext(deadline), now));
        if (!told.ok()) return told;
      }
      claimed.push_back(**std::move(refund));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return claimed;
}

PaymentOutcome SettleRefunds::Ask(const Refund& refund) {
  if (refund->payment_provider != provider_.name()) {
    return {PaymentOutcome::Kind::kUnknown, "", "PROVIDER_NOT_CONFIGURED",
            StrCat("the payment went through ", refund->payment_provider, ", which is not configured")};
  }
  return provider_.Refund({refund->id.ToString(), refund->payment_reference, refund.amount(), refund->reason},
                          clock_.Now() + kAttemptTimeout);
}

absl::Status SettleRefunds::Settle(WriteTransaction& tx, const Refund& attempt,
                                   const PaymentOutcome& outcome) {
  const absl::Time now = clock_.Now();
  Found<Refund> found = tx.refunds().Find(attempt->id);
  if (!found.ok()) return found.status();
  // A later attempt has taken over; its outcome counts, under the same key.
  if (!*found || (**found)->state != RefundState::kProcessing || (**found)->attempts != attempt->attempts) {
    return absl::OkStatus();
  }
  Refund refund = **std::move(found);
  if (outcome.kind == PaymentOutcome::Kind::kUnknown) return Postpone(tx, std::move(refund), outcome, now);

  Found<Order> order = tx.orders().Find(refund->order_id);
  if (!order.ok()) return order.status();
  if (!*order) return absl::InternalError("a refund's order is missing");
  const bool succeeded = outcome.kind == PaymentOutcome::Kind::kSucceeded;
  absl::Status status = succeeded ? refund.Succeed(outcome.provider_reference, now)
                                  : refund.Fail(outcome.code, outcome.message, now);
  if (!status.ok()) return status;
  if (succeeded) {
    (*order)->SettleRefund(refund.portion(), now);
  } else {
    (*order)->ReleaseRefund(refund.portion(), now);
  }
  if (status = tx.orders().Update(**order); !status.ok()) return status;
  if (status = tx.refunds().Update(refund); !status.ok()) return status;
  const CallContext context = SystemContext(absl::InfiniteFuture());
  if (status = tx.events().Append(EventOf(refund, context, now)); !status.ok()) return status;
  return TellOwner(tx, context, **order, refund, now);
}

absl::Status SettleRefunds::Postpone(WriteTransaction& tx, Refund refund, const PaymentOutcome& outcome,
                                     absl::Time now) {
  const absl::Duration delay = FullJitter(entropy_, kBaseDelay, kMaxDelay, refund->attempts);
  absl::Status status = refund.Postpone(outcome.code, outcome.message, now + delay, now);
  if (!status.ok()) return status;
  log_.Write(Severity::kWarning, "refund.postponed",
             "a refund has no definite answer and will be asked again",
             {{"refund_id", refund->id.ToString()}, {"code", outcome.code}});
  return tx.refunds().Update(refund);
}

absl::Status SettleRefunds::TellOwner(WriteTransaction& tx, const CallContext& context, const Order& order,
                                      const Refund& refund, absl::Time now) {
  const Found<User> owner = tx.users().FindUnlocked(refund->user_id);
  if (!owner.ok() || !*owner) return owner.status();
  const bool succeeded = refund->state == RefundState::kSucceeded;
  return QueueMessage(tx, context, ids_, succeeded ? "refund_succeeded" : "refund_failed", **owner,
                      {{"order", order.display_name()}, {"amount", refund.amount().ToString()}}, now);
}

}  // namespace keelson
