#include "core/notifications/message.h"

namespace keelson {

std::string_view MessageStateName(MessageState state) {
  switch (state) {
    case MessageState::kQueued:
      return "QUEUED";
    case MessageState::kSending:
      return "SENDING";
    case MessageState::kSent:
      return "SENT";
    case MessageState::kDead:
      return "DEAD";
    case MessageState::kCancelled:
      return "CANCELLED";
  }
  return "";
}

void EndMessage(Message& message, MessageState state, absl::Time now) {
  message.state = state;
  message.end_time = now;
  message.pinned_provider.clear();
  message.pin_time.reset();
  if (state == MessageState::kDead) return;
  message.variables.clear();
  message.content.text.clear();
  message.content.html.clear();
}

}  // namespace keelson
