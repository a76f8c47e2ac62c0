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

namespace keelson {

// The messages that wait for one provider, and whether it may be asked: its circuit, the pauses it asked for
// and the configured rate. For one thread at a time, but for the provider itself.
class ProviderQueue {
 public:
  // What a lane holds at most; more are left in the store, for other processes to take.
  static constexpr int kMaxLoad = 256;

  ProviderQueue(EmailProvider& provider, const DispatchPolicy& policy, Clock& clock)
      : provider_(provider), policy_(policy), clock_(clock), circuit_(policy.circuit) {}

  EmailProvider& provider() const { return provider_; }

  // Whether another message may be given to it now.
  bool CanAccept() const;
  // How many more it should be given.
  int Capacity() const;
  // The time until the provider may be asked again; zero where it may be asked now.
  absl::Duration TimeUntilOpen() const;
  // False once its circuit is open or it asked for a pause: what waits is to go elsewhere.
  bool IsOpen() const;
  // Whether it tells a repeat of a message apart whose first copy it may have been sent at `first`.
  bool Recognizes(absl::Time first, absl::Time now) const;

  // A message is meant for it; it counts until Note or Leave.
  void Reserve() { ++load_; }
  void Release() { --load_; }
  void Push(MessageId id) { waiting_.push_back(id); }
  // The next to be sent, where the rate allows one now.
  std::optional<MessageId> Next();
  // All that waits, which it then does no more.
  std::deque<MessageId> TakeWaiting();
  // The time until the next waiting message may be sent; infinite where none waits.
  absl::Duration TimeUntilReady() const;

  // Records the outcome of sending a message, which took `took`. A failure that the message itself causes
  // (FailureHistory) leaves the circuit alone.
  void Note(MessageId id, const SendOutcome& outcome, absl::Duration took);
  // How often in a row the provider failed to accept the message.
  int CountFailures(MessageId id) const { return history_.CountFailures(id); }
  // What a probe said.
  void NoteProbe(const SendOutcome& outcome);
  ProviderStatus Status() const;

 private:
  int Target() const;
  SteadyTime OpensAt() const { return std::max(paused_until_, circuit_.open_until()); }
  bool IsCausedByMessage(MessageId id, SendOutcome::Kind kind);
  void UpdateCircuit(const SendOutcome& outcome, SteadyTime now);
  void NoteState(const SendOutcome& outcome);

  EmailProvider& provider_;
  const DispatchPolicy& policy_;
  Clock& clock_;
  CircuitBreaker circuit_;
  FailureHistory history_;
  // The provider accepted a message since the start, or since its circuit last opened.
  bool accepts_ = false;
  SteadyTime paused_until_;
  SteadyTime next_slot_;
  int load_ = 0;
  std::deque<MessageId> waiting_;
  // Of an attempt, the latest counting most.
  absl::Duration average_ = absl::ZeroDuration();
  ProviderStatus status_;
};

}  // namespace keelson
