#pragma once

#include <cstddef>
#include <deque>
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
#include "core/common/log.h"
#include "core/refunds/claim_refunds.h"
#include "core/refunds/payment_provider.h"
#include "core/refunds/payment_provider_status.h"
#include "core/refunds/payment_queue.h"
#include "core/refunds/save_outcomes.h"
#include "core/refunds/settlement_policy.h"
#include "core/store/store.h"

namespace keelson {

// Executes approved refunds at the payment providers. One thread calls FlushAndClaim, which saves outcomes
// and claims due refunds under a lease. Other threads call the providers, with no transaction open. Any
// number of processes may settle the refunds of one store and be killed at any time: an attempt without a
// definite outcome is repeated under the same idempotency key, and the number of the attempt is the fencing
// token.
//
// SettleRefunds has three parts: ClaimRefunds (claim_refunds.h) claims due refunds, one PaymentQueue per
// provider holds the claimed refunds, and SaveOutcomes (save_outcomes.h) stores the outcomes in groups.
//
// Thread-safe, except that only one thread at a time may call FlushAndClaim and Close. `provider` is the
// index of a provider in the constructor's list.
class SettleRefunds : public PaymentProviderStatuses {
 public:
  // Maximum number of outcomes that one transaction saves.
  static constexpr std::size_t kBatch = 256;
  // Maximum duration of FlushAndClaim, which makes three writes, two reads and a read for each provider.
  absl::Duration LongestFlushAndClaim() const {
    return static_cast<int>(5 + provider_count()) * kSettlementStoreTimeout;
  }

  struct Ports {
    Store& store;
    Clock& clock;
    Entropy& entropy;
    IdGenerator& ids;
    Log& log;
  };

  // `providers`: at least one; names are unique. A refund whose payment went through another provider waits
  // until that provider is configured.
  SettleRefunds(const Ports& ports, std::vector<PaymentProvider*> providers, const SettlementPolicy& policy);

  std::size_t provider_count() const { return providers_.size(); }

  struct Progress {
    // Number of refunds that were claimed.
    int claimed = 0;
    // Number of outcomes that were saved or ignored because a later attempt has begun.
    int saved = 0;
  };
  // Saves outcomes and claims as many refunds as the providers have capacity for. The first call also makes
  // the refunds due that a killed process had claimed, if no other process can use the store
  // (StoreTraits::single_process). Blocks on the store. Returns the store's errors. After an error, no
  // outcome is lost: call again.
  absl::StatusOr<Progress> FlushAndClaim();
  // Calls the provider for its next refund. Blocks on the provider. Returns false if the provider can't be
  // called now, or if no refund waits.
  bool SettleNext(std::size_t provider);
  // Maximum duration of SettleNext, unless the provider ignores its deadline.
  absl::Duration LongestSettle() const { return policy_.timeout; }
  // Probes the providers that were never probed or whose circuits are not closed. Blocks on the providers.
  void ProbeProviders();
  // Maximum duration of ProbeProviders, unless a provider ignores its deadline.
  absl::Duration LongestProbe() const { return static_cast<int>(provider_count()) * policy_.timeout; }

  // Maximum time for which WaitForOutcomes collects further outcomes while calls are in progress, so that one
  // transaction saves many outcomes.
  static constexpr absl::Duration kGroupingTime = absl::Milliseconds(25);
  // Blocks until there are outcomes to save, for at most `timeout`, and then until kBatch outcomes have
  // arrived or no call is in progress, for at most kGroupingTime. After Stop, returns false at once.
  bool WaitForOutcomes(absl::Duration timeout);
  // Blocks until SettleNext can call the provider, for at most `timeout`. After Stop, returns at once.
  void WaitForReady(std::size_t provider, absl::Duration timeout);
  // Ends claiming and calling, and wakes all waiting threads.
  void Stop();
  // After Stop, when no thread is in SettleNext: saves all outcomes, and makes the claimed refunds due that
  // were not attempted. Blocks and fails as FlushAndClaim does.
  absl::Status Close();

  std::vector<PaymentProviderStatus> ListPaymentProviders() const override;

 private:
  absl::Status Recover();
  absl::StatusOr<int> SaveBatch();
  // Empty after Stop.
  std::vector<ProviderCapacity> Capacities() const;
  std::optional<std::size_t> IndexOf(std::string_view provider) const;
  void AddClaimed(ClaimedRefund claimed, SteadyTime last_start) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReleaseWaiting(PaymentQueue& queue) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddOutcome(AttemptedRefund attempted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<ClaimedRefund> StartNext(std::size_t provider);
  PaymentOutcome Call(PaymentProvider& provider, const ClaimedRefund& claimed) const;

  const Ports ports_;
  const std::vector<PaymentProvider*> providers_;
  const SettlementPolicy policy_;
  const SaveOutcomes save_outcomes_;
  // Used only by the thread that calls FlushAndClaim.
  bool recovered_ = false;

  mutable absl::Mutex mutex_;
  ConditionVariable outcomes_added_;
  // Indexed by provider. Signalled when a refund of the provider is ready.
  std::deque<ConditionVariable> ready_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<PaymentQueue> queues_ ABSL_GUARDED_BY(mutex_);
  // The outcomes that are not saved yet, oldest first.
  std::deque<AttemptedRefund> outcomes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
