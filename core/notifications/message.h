#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/id.h"

namespace keelson {

// The numbers are stored: they never change.
enum class MessageState { kQueued = 1, kSending = 2, kSent = 3, kDead = 4, kCancelled = 5 };

using TemplateVariables = std::map<std::string, std::string>;

// An e-mail that the service owes: an entry of the outbox, inserted in the transaction that gives rise to it.
struct Message {
  MessageId id;
  MessageState state = MessageState::kQueued;
  // "verify_email", …: what it says, once rendered with the variables in the locale.
  std::string template_name;
  std::string locale;
  std::string to;
  UserId user_id;
  // Emptied once it is sent, dead or cancelled: they may hold a token.
  TemplateVariables variables;
  // Attempts counted when they begin, so that a message that ends its sender is bounded too.
  std::int64_t attempts = 0;
  // When it may next be claimed: its next attempt's time while queued, its lease's end while sending.
  absl::Time due_time;
  // Not sent after this.
  std::optional<absl::Time> expire_time;
  // Grows with each claim; an outcome is written only under the claim's own epoch.
  std::int64_t lease_epoch = 0;
  std::string provider;
  std::string provider_message_id;
  std::string last_error;
  // The trace of the request that caused it, or empty.
  std::string traceparent;
  absl::Time create_time;
  std::optional<absl::Time> send_time;

  bool operator==(const Message&) const = default;
};

}  // namespace keelson
