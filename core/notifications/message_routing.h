// Routing policy of the outbox: decides which provider sends a message, and the next step after an attempt.
// Pure functions, without I/O, clock, lock or randomness.
//
// - A message goes to the first provider that can accept it, and fails over to the next provider only when
//   nothing was sent.
// - If a provider may have sent a copy of a message, the message stays pinned to that provider during the
//   provider's deduplication window.
// - An attempt counts towards max_attempts when the recipient defers the message, or when a copy may have
//   been sent by a provider that does not recognize repeats. Failures and configuration errors of providers
//   never count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/notifications/email_provider.h"
#include "core/notifications/message.h"

namespace keelson {

// Restricts a message to one provider.
struct ProviderPin {
  // Empty: any provider may send the message.
  std::string provider = {};
  // Start of the first attempt in which the provider may have sent a copy. Not set if the message was queued
  // for this provider.
  std::optional<absl::Time> time = {};

  bool operator==(const ProviderPin&) const = default;
};

// The attempts of a claimed message so far, by provider.
struct MessageRoute {
  enum class Try { kNone, kNotSent, kNotExpressible };

  // The pin that applies if the current attempt sends nothing.
  ProviderPin pin;
  // The result of trying each provider since the claim, by provider index.
  std::vector<Try> tries;
  // Index of the provider that the message is assigned to.
  std::size_t provider = 0;

  void RecordTry(SendOutcome::Kind kind) {
    tries[provider] = kind == SendOutcome::Kind::kNotExpressible ? Try::kNotExpressible : Try::kNotSent;
  }
};

// The state of a provider, as input of a routing decision.
struct ProviderFacts {
  std::string_view name;
  // Whether a message may be assigned to the provider now.
  bool can_accept = true;
  // Time until the provider's circuit breaker and rate limit permit a message; zero if both permit a message
  // now.
  absl::Duration time_until_open = absl::ZeroDuration();
  // Deduplication window of the provider (EmailProvider::repeat_window).
  absl::Duration repeat_window = absl::ZeroDuration();
  // Number of failures of this message at the provider (FailureHistory::CountFailures).
  int failures = 0;
};

// The input of a routing decision. Contains references, so use it only during one call.
struct RoutingFacts {
  const Message& message;
  const MessageRoute& route;
  // In failover order.
  std::vector<ProviderFacts> providers;
  int max_attempts;
  absl::Time now;
};

struct RoutingDecision {
  enum class Action {
    // Assign the message to `provider`.
    kSend,
    kMarkSent,
    kMarkDead,
    kCancel,
    // Queue the message again; the attempt counts towards max_attempts.
    kScheduleRetry,
    // Queue the message again; the attempt does not count.
    kReleaseClaim,
    // Like kReleaseClaim, and last_error gets the reason why no provider is available.
    kReleaseUnrouted,
  };

  Action action;
  std::size_t provider = 0;
  // Why the message is dead or cancelled.
  std::string reason = {};
  // If the message is queued again, the next attempt is due after the longer of `min_delay` and a backoff
  // with full jitter for `backoff_attempt` (counted from 1).
  absl::Duration min_delay = absl::ZeroDuration();
  std::int64_t backoff_attempt = 0;
  // The pin that the message keeps if it is sent or queued again.
  ProviderPin pin = {};

  bool operator==(const RoutingDecision&) const = default;
};

// Decides the next step of a message that has just been claimed.
RoutingDecision RouteClaimed(const RoutingFacts& facts);
// Decides the next step of an unsent message whose assigned provider has become unavailable.
RoutingDecision RerouteWaiting(const RoutingFacts& facts);
// Decides the next step after an attempt by route.provider. route.tries must include the attempt.
RoutingDecision RouteAfterAttempt(const RoutingFacts& facts, const SendOutcome& outcome);

}  // namespace keelson
