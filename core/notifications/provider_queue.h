#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/common/id.h"
#include "core/notifications/circuit_breaker.h"
#include "core/notifications/dispatch_policy.h"
#include "core/notifications/email_provider.h"
#include "core/notifications/failure_history.h"
#include "core/notifications/message_routing.h"

namespace keelson {

// The messages that are ready to be sent by one provider. The circuit breaker, the waits that the provider
// requested and the configured rate determine when the provider may be called. Not thread-safe: the owner's
// mutex guards all calls. Never blocks: calls no blocking function of the provider.
class ProviderQueue {
 public:
  // Maximum number of messages assigned to a provider. Further messages stay in the store, where other
  // processes can claim them.
  static constexpr int kMaxLoad = 256;

  ProviderQueue(const EmailProvider& provider, const DispatchPolicy& policy, Clock& clock)
      : provider_(provider), policy_(policy), clock_(clock), circuit_(policy.circuit) {}

  // Whether a message may be assigned to the provider now.
  bool CanAccept() const;
  // The number of messages that should be assigned to the provider, in addition to the messages already
  // assigned.
  int Capacity() const;
  // Whether the circuit is not open and every wait that the provider requested has elapsed. If false, the
  // waiting messages should be routed to other providers.
  bool IsOpen() const;
  // Whether the circuit is closed and every wait that the provider requested has elapsed.
  bool IsAvailable() const;
  // The provider's state as input of a routing decision for the message.
  ProviderFacts FactsFor(MessageId id) const;

  // Counts a message that is assigned to the provider, until RecordOutcome, TakeWaiting or Remove.
  void Reserve() { ++load_; }
  // Appends an assigned message that is ready to be sent.
  void Push(MessageId id) { waiting_.push_back(id); }
  // Removes an assigned message, whether or not it is in the queue.
  void Remove(MessageId id);
  // Removes all waiting messages and returns them.
  std::deque<MessageId> TakeWaiting();
  // Removes and returns the next message to send; nullopt if no message waits or the provider may not be
  // called.
  std::optional<MessageId> Pop();
  // Time until Pop returns a message; infinite if no message waits.
  absl::Duration TimeUntilReady() const;

  // Records the outcome of an attempt that took `elapsed`. A failure that the message itself causes
  // (FailureHistory) leaves the circuit unchanged.
  void RecordOutcome(MessageId id, const SendOutcome& outcome, absl::Duration elapsed);
  // Whether the provider was never probed, or its circuit is not closed.
  bool NeedsProbe() const;
  void RecordProbe(const SendOutcome& outcome);
  ProviderStatus Status() const;

 private:
  int TargetLoad() const;
  SteadyTime OpensAt() const { return std::max(paused_until_, circuit_.open_until()); }
  bool IsCausedByMessage(MessageId id, SendOutcome::Kind kind);
  void UpdateCircuit(const SendOutcome& outcome, SteadyTime now);
  void UpdateStatus(const SendOutcome& outcome);

  const EmailProvider& provider_;
  const DispatchPolicy& policy_;
  Clock& clock_;
  CircuitBreaker circuit_;
  FailureHistory history_;
  bool probed_ = false;
  // Whether the provider has accepted a message since its circuit last opened, or since the process started.
  bool accepts_ = false;
  SteadyTime paused_until_;
  // Time at which the configured rate permits the next message.
  SteadyTime next_slot_;
  int load_ = 0;
  std::deque<MessageId> waiting_;
  // Moving average of the duration of an attempt.
  absl::Duration average_ = absl::ZeroDuration();
  ProviderStatus status_;
};

}  // namespace keelson
