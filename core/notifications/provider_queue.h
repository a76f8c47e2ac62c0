#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/call_queue.h"
#include "core/common/clock.h"
#include "core/common/failure_history.h"
#include "core/common/id.h"
#include "core/notifications/dispatch_policy.h"
#include "core/notifications/email_provider.h"
#include "core/notifications/message_routing.h"
#include "core/notifications/provider_status.h"

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
      : provider_(provider),
        policy_(policy),
        clock_(clock),
        calls_({policy.concurrency, policy.rate, kMaxLoad, policy.circuit}, clock) {}

  // Whether a message may be assigned to the provider now.
  bool CanAccept() const { return calls_.CanAccept(); }
  // The number of messages that should be assigned to the provider, in addition to the messages already
  // assigned.
  int Capacity() const;
  // Whether the circuit is not open and every wait that the provider requested has elapsed. If false, the
  // waiting messages should be routed to other providers.
  bool IsOpen() const { return calls_.IsOpen(); }
  // Whether the circuit is closed and every wait that the provider requested has elapsed.
  bool IsAvailable() const { return calls_.IsAvailable(); }
  // The provider's state as input of a routing decision for the message.
  ProviderFacts FactsFor(MessageId id) const;

  // Counts a message that is assigned to the provider, until RecordOutcome, TakeWaiting or Remove.
  void Reserve() { calls_.Reserve(); }
  // Appends an assigned message that is ready to be sent.
  void Push(MessageId id) { calls_.Push(id); }
  // Removes an assigned message, whether or not it is in the queue.
  void Remove(MessageId id) { calls_.Remove(id); }
  // Removes all waiting messages and returns them.
  std::deque<MessageId> TakeWaiting() { return calls_.TakeWaiting(); }
  // Removes and returns the next message to send; nullopt if no message waits or the provider may not be
  // called.
  std::optional<MessageId> Pop() { return calls_.Pop(); }
  // Time until Pop returns a message; infinite if no message waits.
  absl::Duration TimeUntilReady() const { return calls_.TimeUntilReady(); }

  // Records the outcome of an attempt that took `elapsed`. A failure that the message itself causes
  // (FailureHistory) leaves the circuit unchanged.
  void RecordOutcome(MessageId id, const SendOutcome& outcome, absl::Duration elapsed);
  // Whether the provider was never probed, or its circuit is not closed.
  bool NeedsProbe() const;
  void RecordProbe(const SendOutcome& outcome);
  ProviderStatus Status() const;

 private:
  bool IsCausedByMessage(MessageId id, SendOutcome::Kind kind);
  void UpdateCircuit(const SendOutcome& outcome);
  void UpdateStatus(const SendOutcome& outcome);

  const EmailProvider& provider_;
  const DispatchPolicy& policy_;
  Clock& clock_;
  CallQueue<MessageId> calls_;
  FailureHistory<MessageId> history_;
  bool probed_ = false;
  // Whether the provider has accepted a message since its circuit last opened, or since the process started.
  bool accepts_ = false;
  ProviderStatus status_;
};

}  // namespace keelson
