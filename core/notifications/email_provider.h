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

// The result of an attempt, in the one form that every provider's response is translated to. Each kind says
// who must act before the message can be sent.
struct SendOutcome {
  enum class Kind {
    kAccepted,
    // Not sent. With retry_after the provider enforces a rate limit on all messages. Without, the provider
    // works and defers this recipient: a full mailbox, greylisting.
    kRetry,
    // Not sent: trouble of the provider, which is unreachable or fails for now.
    kUnreachable,
    // Not sent: the provider's quota is exhausted.
    kQuota,
    kRecipientRejected,
    kMessageRejected,
    // Not sent: the operator must change the configuration or the account, whatever the message (a bad key,
    // an unwritable directory, a sender that the provider does not allow).
    kConfig,
    // May or may not have been sent.
    kUnknown,
    // Not sent: this provider cannot express the message (an address beyond ASCII, a message beyond its size
    // limit); another provider may.
    kNotExpressible,
    // Not sent: the provider refuses for a reason that either the configuration or this message may have
    // caused, such as a policy. The dispatcher keeps the message, and judges the provider by the other
    // messages.
    kRefused,
  };
  Kind kind = Kind::kUnknown;
  // The provider's name for the message, where it was accepted.
  std::string provider_message_id;
  // Earliest time of the next attempt, from now. kRetry with it is a rate limit (1 s where the provider names
  // no wait).
  std::optional<absl::Duration> retry_after;
  // The provider's code and words, secrets and addresses left out.
  std::string error;
};

// What operators call each kind, in the order of SendOutcome::Kind.
inline constexpr std::array<std::string_view, 10> kSendOutcomeNames = {
    "accepted",         "retry",  "unreachable", "quota",           "recipient_rejected",
    "message_rejected", "config", "unknown",     "not_expressible", "refused"};
static_assert(static_cast<std::size_t>(SendOutcome::Kind::kRefused) + 1 == kSendOutcomeNames.size());

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
  // How long past its deadline Send may go on at most.
  virtual absl::Duration longest_overrun() const { return absl::ZeroDuration(); }
  // For how long after the first attempt a repeat is recognised and not sent twice; zero where it never is.
  virtual absl::Duration repeat_window() const = 0;
  // Asks, sending nothing, whether it can be reached and takes the configured credentials. kAccepted where it
  // does, or where it offers no harmless way to ask.
  virtual SendOutcome Probe(Deadline deadline) = 0;
};

}  // namespace keelson
