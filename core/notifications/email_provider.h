#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/deadline.h"
#include "core/common/id.h"
#include "core/notifications/message_renderer.h"

namespace keelson {

// A message ready to be handed over. The same message has the same bytes at every attempt.
struct Email {
  MessageId id;
  // "Keelson <no-reply@example.com>" or a bare address.
  std::string from;
  std::string to;
  RenderedMessage content;
  absl::Time date;
};

// What became of an attempt, in the one form that every provider's answer is translated to.
struct SendOutcome {
  enum class Kind {
    kAccepted,
    // Not taken now, by a provider that works (it names a rate, or a mailbox is full); no copy was sent.
    kRetry,
    // Not taken: it could not be reached, or is in trouble itself; no copy was sent.
    kUnreachable,
    // Not taken: this provider's allowance is used up.
    kQuota,
    kRecipientRejected,
    kMessageRejected,
    // Not taken: the provider is set up wrong (a bad key, an unwritable folder).
    kConfig,
    // May or may not have been sent.
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  // The provider's name for the message, where it was accepted.
  std::string provider_message_id;
  // A floor for the next attempt. With kRetry it says that the provider keeps a rate, which holds for every
  // message (1 s where the provider names no wait); kRetry without it is about this message alone, later: a
  // full mailbox.
  std::optional<absl::Duration> retry_after;
  // The provider's code and words, secrets and addresses left out.
  std::string error;
};

// What operators call each kind, in the order of SendOutcome::Kind.
inline constexpr std::array<std::string_view, 8> kSendOutcomeNames = {
    "accepted",         "retry",  "unreachable", "quota", "recipient_rejected",
    "message_rejected", "config", "unknown"};
static_assert(static_cast<std::size_t>(SendOutcome::Kind::kUnknown) + 1 == kSendOutcomeNames.size());

// Hands e-mail over. Thread-safe. Blocks on the network or a disk, never past `deadline`, but for the answer
// to SMTP's final dot, which has ten minutes of its own (RFC 5321, 4.5.3.2.6): a message that is given up
// sooner is sent twice. Every trouble is an outcome. Repeats of a message (the same id) carry the same
// idempotency key where the provider takes one.
class EmailProvider {
 public:
  virtual ~EmailProvider() = default;
  // As configured: "file", "smtp", …
  virtual std::string_view name() const = 0;
  virtual SendOutcome Send(const Email& email, Deadline deadline) = 0;
  // For how long after the first attempt a repeat is recognised and not sent twice; zero where it never is.
  virtual absl::Duration repeat_window() const = 0;
  // Asks, sending nothing, whether it can be reached and takes the configured credentials. kAccepted where it
  // does, or where it offers no harmless way to ask.
  virtual SendOutcome Probe(Deadline deadline) = 0;
};

}  // namespace keelson
