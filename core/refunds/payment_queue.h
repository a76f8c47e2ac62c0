#pragma once

#include <deque>
#include <optional>

#include "absl/time/time.h"
#include "core/common/call_queue.h"
#include "core/common/clock.h"
#include "core/common/failure_history.h"
#include "core/common/id.h"
#include "core/common/steady_time.h"
#include "core/refunds/claim_refunds.h"
#include "core/refunds/payment_provider.h"
#include "core/refunds/payment_provider_status.h"
#include "core/refunds/settlement_policy.h"

namespace keelson {

// A claimed refund that waits for a call to its provider.
struct QueuedRefund {
  ClaimedRefund claimed;
  // A call that starts later may end after the lease has expired.
  SteadyTime last_start;
};

// The claimed refunds that one payment provider executes. Not thread-safe: the owner's mutex guards all
// calls. Never blocks: calls no blocking function of the provider.
class PaymentQueue {
 public:
  // Maximum number of claimed refunds per provider. Further refunds stay in the store, where other processes
  // can claim them.
  static constexpr int kMaxLoad = 256;

  PaymentQueue(const PaymentProvider& provider, const SettlementPolicy& policy, Clock& clock);

  // Number of refunds to claim now.
  int Capacity() const { return calls_.Capacity(/*quick=*/true); }
  // Whether no refund waits and no call is in progress.
  bool IsIdle() const { return calls_.load() == 0; }
  bool IsCircuitOpen() const { return calls_.StateNow() == CircuitState::kOpen; }
  void Push(QueuedRefund queued);
  // Removes and returns the next refund; nullopt if no refund waits or the provider may not be called. The
  // caller calls RecordOutcome or Release.
  std::optional<QueuedRefund> Pop() { return calls_.Pop(); }
  // Records that the provider was not called for a refund that Pop returned.
  void Release() { calls_.Release(); }
  // Removes all waiting refunds and returns them.
  std::deque<QueuedRefund> TakeWaiting() { return calls_.TakeWaiting(); }
  // Time until Pop returns a refund; infinite if no refund waits.
  absl::Duration TimeUntilReady() const { return calls_.TimeUntilReady(); }

  // Records the outcome of a call that took `elapsed`. A failure that the refund itself causes
  // (FailureHistory) leaves the circuit unchanged.
  void RecordOutcome(RefundId id, const PaymentOutcome& outcome, absl::Duration elapsed);
  // Whether the provider was never probed, or its circuit is not closed.
  bool NeedsProbe() const;
  void RecordProbe(const PaymentOutcome& outcome);
  PaymentProviderStatus Status() const;

 private:
  bool IsCausedByRefund(RefundId id, PaymentOutcome::Kind kind);
  void UpdateCircuit(const PaymentOutcome& outcome);
  void UpdateStatus(const PaymentOutcome& outcome);

  const PaymentProvider& provider_;
  // Wait after kRetry without retry_after.
  const absl::Duration base_delay_;
  Clock& clock_;
  CallQueue<QueuedRefund> calls_;
  FailureHistory<RefundId> history_;
  bool probed_ = false;
  PaymentProviderStatus status_;
};

}  // namespace keelson
