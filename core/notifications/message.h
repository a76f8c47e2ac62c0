#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/list_position.h"

namespace keelson {

// The store contains these numbers, so they must not change.
enum class MessageState { kQueued = 1, kSending = 2, kSent = 3, kDead = 4, kCancelled = 5 };

// The state's name in the API and in errors, such as "QUEUED".
std::string_view MessageStateName(MessageState state);

using TemplateVariables = std::map<std::string, std::string>;
// The variable that holds a secret token.
inline constexpr std::string_view kTokenVariable = "token";

struct RenderedMessage {
  // UTF-8 without line breaks.
  std::string subject;
  std::string text;
  std::string html;
  // BCP 47 tag of the language that the template was rendered in, after fallback.
  std::string language;

  bool operator==(const RenderedMessage&) const = default;
};

// An e-mail to be sent: an entry of the transactional outbox, inserted in the transaction that causes it.
struct Message {
  MessageId id;
  MessageState state = MessageState::kQueued;
  // Name of the template, such as "verify_email", which is rendered with `variables` in `locale`.
  std::string template_name;
  std::string locale;
  std::string to;
  // The canonical key of `to` (EmailAddress), for filtering lists.
  std::string to_key;
  // Nil for a test message, whose recipient is not a user.
  UserId user_id;
  // Variables may contain a token, so they are erased once the message is sent or cancelled.
  TemplateVariables variables;
  // Rendered when the message is first claimed, so that every attempt sends the same bytes; empty until then.
  // Text and HTML are erased once the message is sent or cancelled.
  RenderedMessage content;
  // Incremented when an attempt begins, so that a message that crashes the sending process also reaches
  // max_attempts.
  std::int64_t attempts = 0;
  // When the message may next be claimed: the next attempt while QUEUED, the end of the lease while SENDING.
  absl::Time due_time;
  // The message must not be sent at or after this time.
  std::optional<absl::Time> expire_time;
  // Fencing token of the lease: incremented by each claim. The store saves an update only if the update has
  // the current epoch.
  std::int64_t lease_epoch = 0;
  // The provider of the last attempt.
  std::string provider;
  std::string provider_message_id;
  // The only provider that may send the message, because the provider may already have sent a copy, or the
  // message was queued for this provider. Empty: any provider may send the message.
  std::string pinned_provider;
  // Start of the first attempt in which pinned_provider may have sent a copy.
  std::optional<absl::Time> pin_time;
  std::string last_error;
  // Trace context of the request that queued the message, or empty.
  std::string traceparent;
  absl::Time create_time;
  std::optional<absl::Time> send_time;
  // When the message reached SENT, DEAD or CANCELLED; its retention begins then.
  std::optional<absl::Time> end_time;

  bool operator==(const Message&) const = default;
};

// Whether the message has expired and must not be sent.
inline bool IsExpired(const Message& message, absl::Time now) {
  return message.expire_time && *message.expire_time <= now;
}

inline bool IsRendered(const Message& message) {
  return !message.content.subject.empty();
}

// Moves the message to SENT, DEAD or CANCELLED, and unpins it. Body and variables of a SENT or CANCELLED
// message are erased; a DEAD message keeps them, so that it can be retried.
void EndMessage(Message& message, MessageState state, absl::Time now);

inline ListPosition PositionOf(const Message& message) {
  return {message.create_time, message.id.uuid()};
}

template <>
inline constexpr auto kFields<RenderedMessage> = std::tuple{
    Mutable("subject", &RenderedMessage::subject),
    Mutable("body_text", &RenderedMessage::text),
    Mutable("body_html", &RenderedMessage::html),
    Mutable("language", &RenderedMessage::language),
};

template <>
inline constexpr auto kFields<Message> = std::tuple{
    Immutable("id", &Message::id),
    Mutable("state", &Message::state),
    Immutable("template_name", &Message::template_name),
    Immutable("locale", &Message::locale),
    Immutable("recipient", &Message::to),
    Immutable("recipient_key", &Message::to_key),
    Immutable("user_id", &Message::user_id),
    Mutable("variables", &Message::variables),
    Nested(&Message::content),
    Mutable("attempts", &Message::attempts),
    Mutable("due_time", &Message::due_time),
    Mutable("expire_time", &Message::expire_time),
    Mutable("lease_epoch", &Message::lease_epoch),
    Mutable("provider", &Message::provider),
    Mutable("provider_message_id", &Message::provider_message_id),
    Mutable("pinned_provider", &Message::pinned_provider),
    Mutable("pin_time", &Message::pin_time),
    Mutable("last_error", &Message::last_error),
    Immutable("traceparent", &Message::traceparent),
    Immutable("create_time", &Message::create_time),
    Mutable("send_time", &Message::send_time),
    Mutable("end_time", &Message::end_time),
};

}  // namespace keelson
