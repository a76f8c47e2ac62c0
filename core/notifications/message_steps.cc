#include "core/notifications/message_steps.h"

#include "core/notifications/message_change.h"

namespace keelson {

absl::Status RetryDead(Message& message, absl::Time now) {
  if (message.state != MessageState::kDead) {
    return MessageStateError(message, "DEAD", "to be retried it must be DEAD");
  }
  if (IsExpired(message, now)) {
    return MessageStateError(message, "DEAD", "it has expired, so it can't be retried any more");
  }
  message.state = MessageState::kQueued;
  message.attempts = 0;
  message.due_time = now;
  message.end_time.reset();
  message.pinned_provider.clear();
  message.pin_time.reset();
  return absl::OkStatus();
}

namespace {

absl::Status Cancel(Message& message, absl::Time now) {
  if (message.state != MessageState::kQueued && message.state != MessageState::kDead) {
    return MessageStateError(message, "QUEUED or DEAD", "to be cancelled it must be QUEUED or DEAD");
  }
  EndMessage(message, MessageState::kCancelled, now);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Message> RetryMessage::Handle(const CallContext& context, std::string_view id) {
  const absl::Time now = clock_.Now();
  return ChangeMessage(store_, context, id, "message.retried", now,
                       [&](Message& message) { return RetryDead(message, now); });
}

absl::StatusOr<Message> CancelMessage::Handle(const CallContext& context, std::string_view id) {
  const absl::Time now = clock_.Now();
  return ChangeMessage(store_, context, id, "message.cancelled", now,
                       [&](Message& message) { return Cancel(message, now); });
}

}  // namespace keelson
