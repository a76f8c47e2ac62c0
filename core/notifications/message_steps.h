#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/notifications/message.h"
#include "core/store/store.h"

namespace keelson {

// Moves a DEAD message to QUEUED, makes it due immediately, resets its attempts to 0 and unpins it.
// MESSAGE_STATE if the message is not DEAD or has expired.
absl::Status RetryDead(Message& message, absl::Time now);

// Queues a DEAD message again, as RetryDead describes. The message keeps its last_error. Thread-safe; blocks
// on the store.
class RetryMessage {
 public:
  RetryMessage(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, MESSAGE_NOT_FOUND, MESSAGE_STATE.
  absl::StatusOr<Message> Handle(const CallContext& context, std::string_view id);

 private:
  Store& store_;
  Clock& clock_;
};

// Cancels a QUEUED or DEAD message. Thread-safe; blocks on the store.
class CancelMessage {
 public:
  CancelMessage(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, MESSAGE_NOT_FOUND, MESSAGE_STATE.
  absl::StatusOr<Message> Handle(const CallContext& context, std::string_view id);

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
