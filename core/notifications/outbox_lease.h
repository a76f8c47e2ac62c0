#pragma once

#include <map>
#include <vector>

#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/common/id.h"
#include "core/common/log.h"
#include "core/common/steady_time.h"
#include "core/notifications/dispatch_policy.h"
#include "core/notifications/flush_batch.h"
#include "core/notifications/in_flight_message.h"

namespace keelson {

// The messages that this process has claimed from the outbox, their leases, and the updates that are not
// saved in the store yet. A flush is BeginFlush, WriteBatch (flush_batch.h) and EndFlush or AbortFlush;
// messages may change while WriteBatch blocks.
//
// A lease ends when either the monotonic clock or the time of day reaches its end. Other processes check a
// lease by the time of day, so a lease ends early when the time of day jumps forward.
//
// Not thread-safe: the owner's mutex guards all calls. Does not block. References to messages stay valid
// until EndFlush.
class OutboxLease {
 public:
  struct FlushResult {
    // Messages whose assignment was saved and which are now kReady. The caller pushes them to the providers'
    // queues.
    std::vector<const InFlightMessage*> ready;
    // Messages that another process claimed, or that were deleted, before this process sent them. The
    // messages are no longer in flight in this process.
    std::vector<InFlightMessage> lost;
  };

  OutboxLease(const DispatchPolicy& policy, Clock& clock, Log& log)
      : policy_(policy), clock_(clock), log_(log) {}

  // Adds a message that the batch claimed. Returns null if the message is already in flight, because its
  // lease expired while the store was unreachable. The message then continues under the new lease.
  InFlightMessage* Add(Message message, const FlushBatch& batch);
  // The message must be in flight.
  InFlightMessage& Get(MessageId id) { return in_flight_.at(id); }

  // Records that the message was assigned to a provider.
  void RecordAssignment(InFlightMessage& in_flight);
  // Marks a ready message as being sent. Returns false if its lease is about to expire: the message becomes
  // kAssigned, and kReady again after a flush has renewed the lease.
  bool StartSending(InFlightMessage& in_flight);
  // Moves the message to a final state.
  void End(InFlightMessage& in_flight, MessageState state, absl::Time now);
  // ScheduleRetry and Release queue the message for another attempt at `due`, with the pin route.pin.
  // ScheduleRetry counts the current attempt; Release does not.
  void ScheduleRetry(InFlightMessage& in_flight, absl::Time due);
  void Release(InFlightMessage& in_flight, absl::Time due);
  // Releases all messages that are not being sent and have not ended.
  void ReleaseUnsent(absl::Time now);

  bool has_pending_updates() const { return !pending_updates_.empty(); }
  // Takes the pending updates and the leases to renew. A lease is renewed after a quarter of its duration, so
  // that three quarters remain if the store becomes unreachable. After the time of day jumped forward, leases
  // are renewed at once.
  FlushBatch BeginFlush(absl::Time now, int capacity);
  // Applies the results of a batch that was written.
  FlushResult EndFlush(const FlushBatch& batch);
  // Makes the updates of a batch that was not written pending again.
  void AbortFlush(const FlushBatch& batch);

 private:
  using Stage = InFlightMessage::Stage;

  absl::Duration LeaseLeft(const InFlightMessage& in_flight, absl::Time now) const;
  bool IsRenewalDue(const FlushBatch& batch) const;
  void AddRenewals(FlushBatch& batch);
  void RecordSaved(InFlightMessage& in_flight, const FlushBatch& batch, FlushResult& result);
  void RecordLost(InFlightMessage& in_flight, FlushResult& result);
  void AddPendingUpdate(InFlightMessage& in_flight);

  const DispatchPolicy& policy_;
  Clock& clock_;
  Log& log_;
  std::map<MessageId, InFlightMessage> in_flight_;
  std::vector<MessageId> pending_updates_;
  SteadyTime next_renewal_;
};

}  // namespace keelson
