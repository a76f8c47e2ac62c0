#pragma once

#include "core/common/steady_time.h"
#include "core/notifications/message.h"
#include "core/notifications/message_routing.h"

namespace keelson {

// A message that this process has claimed and whose outcome is not saved yet. A plain value.
struct InFlightMessage {
  enum class Stage {
    // The message is assigned to a provider. It is sent only after the store has saved the assignment.
    kAssigned,
    // The message is in the provider's queue.
    kReady,
    kSending,
    // The outcome is known and must be saved; the outcome may be that the message is queued again.
    kEnded,
  };

  Message message;
  MessageRoute route;
  Stage stage = Stage::kAssigned;
  // The end of the lease by the monotonic clock; message.due_time is the same end by the time of day.
  SteadyTime lease_end;
  // The next flush saves the message.
  bool has_pending_update = false;

  // Whether the stored message differs from `message` only in the lease.
  bool is_leased_only() const { return stage == Stage::kReady || stage == Stage::kSending; }
};

}  // namespace keelson
