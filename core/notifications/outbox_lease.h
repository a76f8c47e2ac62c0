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

// The messages that this process has claimed from the outbox, their leases, and the updates that the store
// has yet to save. A flush is BeginFlush, WriteBatch (flush_batch.h) and EndFlush or AbortFlush; messages may
// change while WriteBatch blocks.
//
// A lease ends as soon as it has ended by the monotonic clock or by the time of day. Other processes check a
// lease by the time of day, so that a lease ends early when that clock jumps forward.
//
// Not thread-safe: the owner's mutex guards all calls. Does not block. References to messages stay valid
// until EndFlush.
class OutboxLease {
 public:
  struct FlushResult {
    // Saved as assigned, now kReady: to be pushed to their providers' queues.
    std::vector<const InFlightMessage*> ready;
    // Taken over by another process before they were sent, and no longer in flight here.
    std::vector<InFlightMessage> lost;
  };

  OutboxLease(const DispatchPolicy& policy, Clock& clock, Log& log)
      : policy_(policy), clock_(clock), log_(log) {}

  // Adds a message that the batch claimed. Null where the message is in flight already, because its lease ran
  // out while the store was unreachable: the message then continues under the new lease.
  InFlightMessage* Add(Message message, const FlushBatch& batch);
  // The message must be in flight.
  InFlightMessage& Get(MessageId id) { return in_flight_.at(id); }

  // The message was assigned to a provider.
  void RecordAssignment(InFlightMessage& in_flight);
  // A ready message is about to be sent. False where its lease is about to end: the message is then assigned
  // anew, and ready again once the store confirms the lease.
  bool StartSending(InFlightMessage& in_flight);
  // The message reached a final state.
  void End(InFlightMessage& in_flight, MessageState state, absl::Time now);
  // Queues the message for another attempt at `due`, pinned as route.pin says. ScheduleRetry counts the
  // attempt, Release does not.
  void ScheduleRetry(InFlightMessage& in_flight, absl::Time due);
  void Release(InFlightMessage& in_flight, absl::Time due);
  // Releases all messages that are not being sent and have not ended.
  void ReleaseUnsent(absl::Time now);

  bool has_pending_updates() const { return !pending_updates_.empty(); }
  // Takes the pending updates and the leases to renew: a quarter of a lease after the last renewal, so that
  // three quarters remain when the store becomes unreachable; at once where the time of day jumped forward.
  FlushBatch BeginFlush(absl::Time now, int capacity);
  // The batch was written.
  FlushResult EndFlush(const FlushBatch& batch);
  // The batch was not written: its updates are pending again.
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
