#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
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
#include "core/notifications/message_renderer.h"
#include "core/notifications/provider_queue.h"
#include "core/notifications/provider_status.h"
#include "core/store/store.h"

namespace keelson {

// Sends what the outbox holds. One thread keeps the books: it claims due messages under a lease, renders each
// once, assigns it to a provider and writes that down before anything is sent, renews leases, and writes what
// became of each message. Other threads send. Any number of processes may do this on one store.
//
// A message goes to the first provider that may be asked, and on to the next only where nothing was sent.
// Where a copy may have been sent it stays with that provider, for as long as that one recognizes repeats.
// Attempts count against a message where its recipient defers it, or where a copy may have been sent and the
// provider does not recognize a repeat; trouble and configuration of providers never do.
//
// Thread-safe; FlushAndClaim and Close are for one thread at a time.
class DispatchMessages : public ProviderStatuses {
 public:
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);
  // FlushAndClaim takes no longer, unless it hangs: a read and a write.
  static absl::Duration LongestFlushAndClaim() { return 2 * kStoreTimeout; }

  struct Ports {
    Store& store;
    Clock& clock;
    Entropy& entropy;
    Log& log;
    const MessageRenderer& renderer;
  };

  // `providers` in failover order; one at least.
  DispatchMessages(const Ports& ports, std::vector<EmailProvider*> providers, DispatchPolicy policy);

  std::size_t lanes() const { return providers_.size(); }

  // Writes what there is to write and claims what the providers have room for. True where there is more to be
  // done at once. An error of the store: nothing is forgotten, and it is to be called again.
  absl::StatusOr<bool> FlushAndClaim();
  // Sends one message that waits for the provider at `lane`, blocking as the provider does; false where none
  // can be sent now.
  bool SendNext(std::size_t lane);
  // SendNext takes no longer, unless its provider hangs.
  absl::Duration LongestSend(std::size_t lane) const;
  // Asks the providers that were never asked, and those whose circuits are open, whether they would take a
  // message. Blocks as they do.
  void ProbeProviders();
  // ProbeProviders takes no longer, unless a provider hangs.
  absl::Duration LongestProbe() const { return static_cast<int>(lanes()) * policy_.timeout; }

  // Blocks until there is something to write, for at most `longest`. False from Stop on, at once: what is
  // under way still needs its leases renewed.
  bool WaitForPendingUpdates(absl::Duration longest);
  // Blocks until there is something to send, for at most `longest`.
  void WaitForReady(std::size_t lane, absl::Duration longest);
  // Nothing more is claimed, and no further message is sent; nobody waits any more. FlushAndClaim is to be
  // called now and then until nobody sends.
  void Stop();
  // After Stop, when nobody sends any more: gives back what was not sent, uncounted, and writes the rest.
  absl::Status Close();

  std::vector<ProviderStatus> ListProviders() const override;

 private:
  // Starting: assigned, and the store does not know yet. Ended: here; it may be queued again in the store.
  enum class Stage { kStarting, kWaiting, kSending, kEnded };

  // A message of this process.
  struct InFlightMessage {
    Message message;
    // How it was pinned when it was claimed.
    std::string pin_before;
    std::optional<absl::Time> pin_time_before;
    // The end of the lease, which is also its message's due_time, by the monotonic clock.
    SteadyTime lease_end;
    // The providers that turned it down since.
    std::vector<bool> asked;
    // Those among them that cannot express the message.
    std::vector<bool> inexpressible;
    std::size_t lane = 0;
    Stage stage = Stage::kStarting;
    // Among the unwritten.
    bool listed = false;

    bool is_under_way() const { return stage == Stage::kWaiting || stage == Stage::kSending; }
  };

  // What one turn of the books writes, and how many messages it claims.
  struct FlushBatch {
    std::vector<Message> changed;
    std::vector<Message> renewed;
    int room = 0;
    absl::Time now;
    absl::Time lease_until;
    // The two of them by the monotonic clock.
    SteadyTime steady_now;
    SteadyTime lease_end;
    // Of those written, whether the lease still held.
    std::vector<bool> held;
    std::vector<Message> claimed;
  };

  FlushBatch BeginTurn(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  bool RenewalDue(const FlushBatch& turn) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddRenewals(FlushBatch& turn) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<bool> AnyDue(absl::Time now);
  absl::Status Write(FlushBatch& turn);
  absl::Status Save(WriteTransaction& tx, const std::vector<Message>& messages, FlushBatch& turn);
  void EndTurn(const FlushBatch& turn) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteUnwritten(const FlushBatch& turn) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteWritten(const Message& message, const FlushBatch& turn) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteLost(const Message& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Take(Message message, const FlushBatch& turn) ABSL_LOCKS_EXCLUDED(mutex_);
  bool MayBeSent(InFlightMessage& held, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration LeaseLeft(const InFlightMessage& held, absl::Time now) const;
  void ReassignWaiting(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Assign(InFlightMessage& held, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<std::size_t> Choose(const InFlightMessage& held) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<std::size_t> LaneOf(const std::string& provider) const;
  // Whether the provider at `lane` may send the message, as far as the message is concerned.
  bool MaySend(const InFlightMessage& held, std::size_t lane) const;
  int Capacity() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  InFlightMessage* NextOf(std::size_t lane, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyOutcome(const Email& email, std::size_t lane, const SendOutcome& outcome, SteadyTime began)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void ApplyOutcome(InFlightMessage& held, const SendOutcome& outcome, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ConcludeUnknown(InFlightMessage& held, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ConcludeUnsent(InFlightMessage& held, const SendOutcome& outcome, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool CanAnyExpress(const InFlightMessage& held) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(InFlightMessage& held, MessageState state, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MarkDead(InFlightMessage& held, const std::string& why, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ScheduleRetry(InFlightMessage& held, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Uncounted.
  void ReleaseClaim(InFlightMessage& held, absl::Time due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gives back a message that no provider was asked to send, with the reason.
  void GiveBackUnasked(InFlightMessage& held, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<ProviderStatus> Statuses() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time WhenAsked(const InFlightMessage& held, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The store is to learn how it stands.
  void Enter(InFlightMessage& held, Stage stage) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Ports ports_;
  const std::vector<EmailProvider*> providers_;
  const DispatchPolicy policy_;

  mutable absl::Mutex mutex_;
  ConditionVariable books_;
  std::deque<ConditionVariable> mail_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<ProviderQueue> lanes_ ABSL_GUARDED_BY(mutex_);
  std::vector<bool> probed_ ABSL_GUARDED_BY(mutex_);
  std::map<MessageId, InFlightMessage> held_ ABSL_GUARDED_BY(mutex_);
  // Of those held, the ones that the store is to learn of.
  std::vector<MessageId> unwritten_ ABSL_GUARDED_BY(mutex_);
  SteadyTime next_renewal_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
