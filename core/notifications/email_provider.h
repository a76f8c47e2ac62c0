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

// A rendered message, as passed to a provider. Every attempt passes the same bytes.
struct Email {
  MessageId id;
  // The sender: "Keelson <no-reply@example.com>" or only an address.
  std::string from;
  std::string to;
  RenderedMessage content;
  absl::Time date;
};

// The result of an attempt; each adapter translates its provider's responses. The kind determines the next
// step: failover, retry, or an action of the operator.
struct SendOutcome {
  enum class Kind {
    kAccepted,
    // Not sent. With retry_after, the provider enforces a rate limit on all messages. Without retry_after,
    // the provider works and defers only this recipient, because of a full mailbox or greylisting.
    kRetry,
    // Not sent: the provider is unreachable or fails temporarily.
    kUnreachable,
    // Not sent: the provider's quota is exhausted.
    kQuota,
    kRecipientRejected,
    kMessageRejected,
    // Not sent, and no other message can be sent: the operator must change the configuration or the account
    // (an invalid key, an unwritable directory, a sender that the provider does not allow).
    kConfig,
    // The message may or may not have been sent.
    kUnknown,
    // Not sent: this provider does not support the message, because of a non-ASCII address or its size limit.
    // Another provider may support the message.
    kNotExpressible,
    // Not sent: the provider refuses for a reason that either the configuration or this message may have
    // caused, such as a policy. The message stays queued. If the provider accepts other messages, this
    // message is the cause.
    kRefused,
  };
  Kind kind = Kind::kUnknown;
  // The provider's id of the message; empty unless kAccepted.
  std::string provider_message_id;
  // Minimum time until the next attempt. With kRetry, set only for a rate limit (to 1 s if the
  // provider returns no time).
  std::optional<absl::Duration> retry_after;
  // The provider's status code and text, without secrets and addresses.
  std::string error;
};

// The names of the kinds in metrics, in the order of SendOutcome::Kind.
inline constexpr std::array<std::string_view, 10> kSendOutcomeNames = {
    "accepted",         "retry",  "unreachable", "quota",           "recipient_rejected",
    "message_rejected", "config", "unknown",     "not_expressible", "refused"};
static_assert(static_cast<std::size_t>(SendOutcome::Kind::kRefused) + 1 == kSendOutcomeNames.size());

// Port: sends e-mail. Thread-safe. Blocks on the network or a disk, at most until `deadline`, with one
// exception: SMTP waits ten minutes for the response to the final dot (RFC 5321, 4.5.3.2.6), because a client
// that disconnects sooner may send the message twice. Every error is an outcome. If the provider's API
// supports idempotency keys, every attempt of a message has the same key.
class EmailProvider {
 public:
  virtual ~EmailProvider() = default;
  // The name in the configuration, such as "file" or "smtp".
  virtual std::string_view name() const = 0;
  virtual SendOutcome Send(const Email& email, Deadline deadline) = 0;
  // Maximum time that Send continues after its deadline.
  virtual absl::Duration longest_overrun() const { return absl::ZeroDuration(); }
  // Deduplication window: time after the first attempt in which the provider recognizes a repeat and does not
  // send it twice. Zero: the provider never recognizes repeats.
  virtual absl::Duration repeat_window() const = 0;
  // Checks, without sending, that the provider is reachable and accepts the configured credentials. Returns
  // kAccepted if the check succeeds, and also if the provider's API has no request that can check this
  // without side effects.
  virtual SendOutcome Probe(Deadline deadline) = 0;
};

}  // namespace keelson
