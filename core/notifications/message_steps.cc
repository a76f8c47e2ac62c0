#include "core/notifications/message_steps.h"

#include "core/notifications/message_change.h"

namespace keelson {

absl::Status RetryDead(Message& message, absl::Time now) {
  if (message.state != MessageState::kDead) {
    return MessageStateError(message, "DEAD", "only a DEAD message can be retried");
  }
  if (IsExpired(message, now)) {
    return MessageStateError(message, "DEAD", "an expired message can't be retried");
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
    return MessageStateError(message, "QUEUED or DEAD", "only a QUEUED or DEAD message can be cancelled");
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
