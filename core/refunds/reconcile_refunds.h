#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/common/condition_variable.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/common/steady_time.h"
#include "core/refunds/payment_provider.h"
#include "core/refunds/refund.h"
#include "core/refunds/refund_difference.h"
#include "core/refunds/save_outcomes.h"
#include "core/refunds/settlement_policy.h"
#include "core/store/store.h"

namespace keelson {

// Repairs the differences that change no state back. Thread-safe.
class RepairRefunds {
 public:
  RepairRefunds(Store& store, Clock& clock, Entropy& entropy, IdGenerator& ids,
                const SettlementPolicy& policy)
      : store_(store), clock_(clock), save_outcomes_(store, clock, entropy, ids, policy) {}

  // Settles the refund with the outcome, or makes it due; does nothing for a difference that a person must
  // repair. Returns whether the difference is repaired; false if the refund has changed since it was read,
  // because an attempt has begun. Blocks on the store. Returns the store's errors.
  absl::StatusOr<bool> Handle(const Refund& refund, DifferenceKind kind, const PaymentOutcome& outcome) const;

 private:
  Store& store_;
  Clock& clock_;
  const SaveOutcomes save_outcomes_;
};

// The result of the comparison of one refund with its provider.
struct RefundComparison {
  enum class Result {
    kEqual,
    kDifferent,
    // The provider is not configured, can't be reached, or can't tell the state of the refund now.
    kNotCompared,
  };
  Refund refund;
  Result result = Result::kEqual;
  // Set if kDifferent.
  std::optional<DifferenceKind> difference = {};
  // Why the refund was not compared; and what the provider says.
  PaymentOutcome outcome = {};
  bool repaired = false;
};

// The numbers of one reconciliation.
struct ReconciliationTotals {
  std::int64_t compared = 0;
  // Differences that remain, because they were not repaired.
  std::int64_t differences = 0;
  std::int64_t repaired = 0;
  std::int64_t not_compared = 0;
};

// Compares refunds with their payment providers, and repairs differences. One object serves one
// reconciliation. The calls to a provider keep the rate of the policy; after kMaxFailures consecutive refunds
// without a state, the provider is not called any more. Thread-safe.
class ReconcileRefunds {
 public:
  static constexpr int kMaxFailures = 5;
  // How often a call is repeated when the provider limits the rate, and the longest wait before a repeat.
  static constexpr int kMaxRepeats = 3;
  static constexpr absl::Duration kLongestWait = absl::Seconds(30);

  // `repair`: null if differences are only reported. The arguments must outlive this object.
  ReconcileRefunds(Clock& clock, const std::vector<PaymentProvider*>& providers,
                   const SettlementPolicy& policy, const RepairRefunds* repair);

  // Compares one refund, and repairs the difference if possible. Blocks on the provider and the store, at
  // most for LongestHandle. Returns the store's errors.
  absl::StatusOr<RefundComparison> Handle(const Refund& refund);
  // Maximum duration of Handle, unless a provider ignores its deadline or the store its timeout.
  static absl::Duration LongestHandle(const SettlementPolicy& policy);
  // Wakes all waiting threads. Refunds that are handled afterwards are not compared.
  void Stop();
  ReconciliationTotals totals() const;

 private:
  struct Lane {
    PaymentProvider* provider;
    // When the next call may start.
    SteadyTime next_slot;
    // Consecutive refunds whose state the provider did not tell.
    int failures = 0;
  };

  Lane* LaneOf(std::string_view provider);
  // Asks the provider for the state of the refund.
  PaymentOutcome Ask(Lane& lane, const Refund& refund);
  // Waits until the provider may be called. Returns false after Stop, or if the provider failed too often.
  bool WaitForSlot(Lane& lane);
  // Allows no call for `wait`, at most kLongestWait.
  void Pause(Lane& lane, absl::Duration wait);
  absl::StatusOr<RefundComparison> Judge(RefundComparison comparison);
  void Count(const RefundComparison& comparison);

  Clock& clock_;
  const SettlementPolicy policy_;
  const RepairRefunds* const repair_;
  mutable absl::Mutex mutex_;
  ConditionVariable stop_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Lane> lanes_;
  ReconciliationTotals totals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
