#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/id.h"
#include "core/common/list_position.h"

namespace keelson {

// The numbers are stored: they never change.
enum class MessageState { kQueued = 1, kSending = 2, kSent = 3, kDead = 4, kCancelled = 5 };

// "QUEUED", …: as callers see it.
std::string_view MessageStateName(MessageState state);

using TemplateVariables = std::map<std::string, std::string>;

struct RenderedMessage {
  // UTF-8 without line breaks.
  std::string subject;
  std::string text;
  std::string html;
  // The BCP 47 tag of the language it is in, after falling back.
  std::string language;

  bool operator==(const RenderedMessage&) const = default;
};

// An e-mail that the service owes: an entry of the outbox, inserted in the transaction that gives rise to it.
struct Message {
  MessageId id;
  MessageState state = MessageState::kQueued;
  // "verify_email", …: what it says, once rendered with the variables in the locale.
  std::string template_name;
  std::string locale;
  std::string to;
  // The canonical key of `to` (EmailAddress): what lists are filtered by.
  std::string to_key;
  // Nil where it is to no user: a test message.
  UserId user_id;
  // Emptied once it is sent or cancelled: they may hold a token.
  TemplateVariables variables;
  // What the first claim made of the template, so that every attempt sends the same bytes; all empty until
  // then. Text and HTML are emptied once it is sent or cancelled.
  RenderedMessage content;
  // Attempts counted when they begin, so that a message that ends its sender is bounded too.
  std::int64_t attempts = 0;
  // When it may next be claimed: its next attempt's time while queued, its lease's end while sending.
  absl::Time due_time;
  // Not sent after this.
  std::optional<absl::Time> expire_time;
  // Grows with each claim, and only what its own epoch says is written.
  std::int64_t lease_epoch = 0;
  // The provider that was last asked.
  std::string provider;
  std::string provider_message_id;
  // Not empty: the only provider that may be asked, because it may have sent a copy, or because it was asked
  // for.
  std::string pinned_provider;
  // When the first attempt began whose copy pinned_provider may have sent.
  std::optional<absl::Time> pin_time;
  std::string last_error;
  // The trace of the request that caused it, or empty.
  std::string traceparent;
  absl::Time create_time;
  std::optional<absl::Time> send_time;
  // When it was sent, given up or cancelled: it is kept from then on for as long as the configuration says.
  std::optional<absl::Time> end_time;

  bool operator==(const Message&) const = default;
};

// Whether it is too late to send it.
inline bool IsExpired(const Message& message, absl::Time now) {
  return message.expire_time && *message.expire_time <= now;
}

inline bool IsRendered(const Message& message) {
  return !message.content.subject.empty();
}

// It will not be sent any more, unless a person retries a dead one. What a sent or cancelled one said, and
// any token in it, is forgotten; its subject stays.
void EndMessage(Message& message, MessageState state, absl::Time now);

inline ListPosition PositionOf(const Message& message) {
  return {message.create_time, message.id.uuid()};
}

template <typename Visitor>
void VisitFields(Visitor& a, RenderedMessage& c) {
  a(c.subject), a(c.text), a(c.html), a(c.language);
}

template <typename Visitor>
void VisitFields(Visitor& a, Message& m) {
  a(m.id), a(m.state), a(m.template_name), a(m.locale), a(m.to), a(m.to_key), a(m.user_id), a(m.variables);
  a(m.content), a(m.attempts), a(m.due_time), a(m.expire_time), a(m.lease_epoch), a(m.provider);
  a(m.provider_message_id), a(m.pinned_provider), a(m.pin_time), a(m.last_error), a(m.traceparent);
  a(m.create_time), a(m.send_time), a(m.end_time);
}

}  // namespace keelson
