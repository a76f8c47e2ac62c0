#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/common/condition_variable.h"
#include "core/common/entropy.h"
#include "core/common/log.h"
#include "core/notifications/dispatch_policy.h"
#include "core/notifications/email_provider.h"
#include "core/notifications/flush_batch.h"
#include "core/notifications/message_renderer.h"
#include "core/notifications/message_routing.h"
#include "core/notifications/outbox_lease.h"
#include "core/notifications/provider_queue.h"
#include "core/notifications/provider_status.h"
#include "core/store/store.h"

namespace keelson {

// Sends the messages of the outbox. One thread calls FlushAndClaim, which claims due messages under a lease,
// assigns each to a provider, saves the assignment before the message is sent, and saves outcomes. Other
// threads send. Any number of processes may dispatch from one store.
//
// DispatchMessages has three parts: the routing policy (message_routing.h) selects the provider and the next
// step, OutboxLease holds the claimed messages and their leases, and one ProviderQueue per provider holds the
// ready messages.
//
// Thread-safe, except that only one thread at a time may call FlushAndClaim and Close. `provider` is the
// index of a provider in failover order.
class DispatchMessages : public ProviderStatuses {
 public:
  // Maximum duration of FlushAndClaim, which makes one read and one write.
  static absl::Duration LongestFlushAndClaim() { return 2 * FlushBatch::kStoreTimeout; }

  struct Ports {
    Store& store;
    Clock& clock;
    Entropy& entropy;
    Log& log;
    const MessageRenderer& renderer;
  };

  // `providers` in failover order, at least one.
  DispatchMessages(const Ports& ports, std::vector<EmailProvider*> providers, DispatchPolicy policy);

  std::size_t provider_count() const { return providers_.size(); }

  // Saves the pending updates and claims as many messages as the providers have capacity for. Returns true if
  // the caller should call again without waiting. Blocks on the store. Returns the store's errors. After an
  // error, no update is lost: call again to save the updates.
  absl::StatusOr<bool> FlushAndClaim();
  // Sends the next ready message of the provider. Blocks on the provider. Returns false if no message can be
  // sent now.
  bool SendNext(std::size_t provider);
  // Maximum duration of SendNext, unless the provider ignores its deadline.
  absl::Duration LongestSend(std::size_t provider) const;
  // Probes the providers that were never probed or whose circuits are not closed. Blocks on the providers.
  void ProbeProviders();
  // Maximum duration of ProbeProviders, unless a provider ignores its deadline.
  absl::Duration LongestProbe() const { return static_cast<int>(provider_count()) * policy_.timeout; }

  // Blocks until there are updates to flush, for at most `timeout`. After Stop, returns false at once; the
  // caller continues to flush, because leases of messages that are being sent still need renewal.
  bool WaitForPendingUpdates(absl::Duration timeout);
  // Blocks until a message of the provider can be sent, for at most `timeout`. After Stop, returns at once.
  void WaitForReady(std::size_t provider, absl::Duration timeout);
  // Ends claiming and sending, and wakes all waiting threads. FlushAndClaim must still be called until no
  // thread is in SendNext.
  void Stop();
  // After Stop, when no thread is in SendNext: releases the messages that were not sent, without counting an
  // attempt, and saves all pending updates. Blocks and fails as FlushAndClaim does.
  absl::Status Close();

  std::vector<ProviderStatus> ListProviders() const override;

 private:
  FlushBatch BeginFlush();
  void EndFlush(const FlushBatch& batch);
  void AddClaimed(Message message, const FlushBatch& batch);
  void RerouteWaitingMessages(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Capacity() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::optional<Email> StartNext(std::size_t provider);
  void ApplyOutcome(MessageId id, std::size_t provider, const SendOutcome& outcome, absl::Duration elapsed);
  RoutingFacts FactsOf(const InFlightMessage& in_flight, absl::Time now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyDecision(const RoutingDecision& decision, InFlightMessage& in_flight, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Assign(InFlightMessage& in_flight, std::size_t provider, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time NextAttemptTime(const RoutingDecision& decision, absl::Time now) const;
  std::vector<ProviderStatus> Statuses() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Ports ports_;
  const std::vector<EmailProvider*> providers_;
  const DispatchPolicy policy_;

  mutable absl::Mutex mutex_;
  ConditionVariable pending_updates_;
  // Indexed by provider. Signalled when a message of the provider is ready.
  std::deque<ConditionVariable> ready_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  OutboxLease lease_ ABSL_GUARDED_BY(mutex_);
  std::vector<ProviderQueue> queues_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
