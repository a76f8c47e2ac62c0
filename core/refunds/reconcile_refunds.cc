#include "core/refunds/reconcile_refunds.h"

#include <algorithm>
#include <utility>

#include "core/common/deadline.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/refunds/claim_refunds.h"
#include "core/refunds/payment_refund.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

using ComparisonResult = RefundComparison::Result;

PaymentOutcome NotAsked(std::string code, std::string message) {
  PaymentOutcome outcome;
  outcome.code = std::move(code);
  outcome.message = std::move(message);
  return outcome;
}

PaymentOutcome UnknownProvider(const Refund& refund) {
  return NotAsked("PROVIDER_NOT_CONFIGURED",
                  StrCat("the payment went through ", refund->payment_provider, ", which is not configured"));
}

// A provider without a search keeps no record that could differ.
bool IsConclusive(const PaymentOutcome& outcome) {
  return ShowsProviderState(outcome) || outcome.code == kNotSearchable;
}

}  // namespace

absl::StatusOr<bool> RepairRefunds::Handle(const Refund& refund, DifferenceKind kind,
                                           const PaymentOutcome& outcome) const {
  switch (RepairOf(kind)) {
    case DifferenceRepair::kNone:
      return false;
    case DifferenceRepair::kMakeDue: {
      ASSIGN_OR_RETURN(const int due,
                       MakeDue(store_, {refund}, clock_.Now(), Deadline::After(kSettlementStoreTimeout)));
      return due == 1;
    }
    case DifferenceRepair::kSettle:
      break;
  }
  const AttemptedRefund attempted{refund, outcome};
  RETURN_IF_ERROR(save_outcomes_.Handle({&attempted, 1}));
  // SaveOutcomes ignores the outcome if an attempt has begun meanwhile.
  std::optional<Refund> saved;
  RETURN_IF_ERROR(
      store_.Read(Deadline::After(kSettlementStoreTimeout), [&](ReadTransaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(saved, tx.refunds().Find(refund->id));
        return absl::OkStatus();
      }));
  const RefundState expected =
      outcome.kind == PaymentOutcome::Kind::kSucceeded ? RefundState::kSucceeded : RefundState::kFailed;
  return saved && (*saved)->state == expected;
}

ReconcileRefunds::ReconcileRefunds(Clock& clock, const std::vector<PaymentProvider*>& providers,
                                   const SettlementPolicy& policy, const RepairRefunds* repair)
    : clock_(clock), policy_(policy), repair_(repair) {
  for (PaymentProvider* provider : providers) lanes_.push_back({provider, SteadyTime()});
}

absl::Duration ReconcileRefunds::LongestHandle(const SettlementPolicy& policy) {
  return kMaxRepeats * (policy.timeout + kLongestWait) + 2 * kSettlementStoreTimeout;
}

absl::StatusOr<RefundComparison> ReconcileRefunds::Handle(const Refund& refund) {
  RefundComparison comparison{.refund = refund};
  if (NeedsProviderState(refund, clock_.Now())) {
    Lane* const lane = LaneOf(refund->payment_provider);
    comparison.outcome = lane == nullptr ? UnknownProvider(refund) : Ask(*lane, refund);
    ASSIGN_OR_RETURN(comparison, Judge(std::move(comparison)));
  }
  Count(comparison);
  return comparison;
}

absl::StatusOr<RefundComparison> ReconcileRefunds::Judge(RefundComparison comparison) {
  const PaymentOutcome& outcome = comparison.outcome;
  comparison.difference = FindDifference(comparison.refund, outcome, policy_, clock_.Now());
  if (comparison.difference) {
    comparison.result = ComparisonResult::kDifferent;
    if (repair_ != nullptr) {
      ASSIGN_OR_RETURN(comparison.repaired,
                       repair_->Handle(comparison.refund, *comparison.difference, outcome));
    }
  } else if (!IsConclusive(outcome)) {
    comparison.result = ComparisonResult::kNotCompared;
  }
  return comparison;
}

ReconcileRefunds::Lane* ReconcileRefunds::LaneOf(std::string_view provider) {
  const auto lane = std::find_if(lanes_.begin(), lanes_.end(),
                                 [&](const Lane& each) { return each.provider->name() == provider; });
  return lane == lanes_.end() ? nullptr : &*lane;
}

PaymentOutcome ReconcileRefunds::Ask(Lane& lane, const Refund& refund) {
  PaymentOutcome outcome = NotAsked("PROVIDER_UNAVAILABLE", "the provider failed too often");
  for (int repeat = 0; repeat < kMaxRepeats && WaitForSlot(lane); ++repeat) {
    outcome = lane.provider->FindRefund(PaymentRefundOf(refund), refund->provider_reference,
                                        Deadline::After(policy_.timeout));
    if (outcome.kind != PaymentOutcome::Kind::kRetry) break;
    Pause(lane, outcome.retry_after.value_or(absl::Seconds(1)));
  }
  const absl::MutexLock lock(&mutex_);
  lane.failures = IsConclusive(outcome) ? 0 : lane.failures + 1;
  return outcome;
}

bool ReconcileRefunds::WaitForSlot(Lane& lane) {
  const absl::MutexLock lock(&mutex_);
  const SteadyTime now = clock_.SteadyNow();
  const SteadyTime start = std::max(now, lane.next_slot);
  if (policy_.rate > 0) lane.next_slot = start + absl::Seconds(1) / policy_.rate;
  const Deadline slot = Deadline::After(start - now);
  while (!stopped_ && !slot.expired()) stop_.WaitUntil(&mutex_, slot);
  return !stopped_ && lane.failures < kMaxFailures;
}

void ReconcileRefunds::Pause(Lane& lane, absl::Duration wait) {
  const absl::MutexLock lock(&mutex_);
  lane.next_slot = std::max(lane.next_slot, clock_.SteadyNow() + std::min(wait, kLongestWait));
}

void ReconcileRefunds::Count(const RefundComparison& comparison) {
  const absl::MutexLock lock(&mutex_);
  ++(comparison.result == ComparisonResult::kNotCompared ? totals_.not_compared : totals_.compared);
  if (comparison.result != ComparisonResult::kDifferent) return;
  ++(comparison.repaired ? totals_.repaired : totals_.differences);
}

void ReconcileRefunds::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  stop_.SignalAll();
}

ReconciliationTotals ReconcileRefunds::totals() const {
  const absl::MutexLock lock(&mutex_);
  return totals_;
}

}  // namespace keelson
