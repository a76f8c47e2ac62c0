#include "core/notifications/message_routing.h"

#include <algorithm>
#include <utility>

#include "core/common/strings.h"
#include "core/notifications/resend_policy.h"

namespace keelson {
namespace {

using Action = RoutingDecision::Action;
using Try = MessageRoute::Try;

bool MaySend(const ProviderPin& pin, const ProviderFacts& provider) {
  return pin.provider.empty() || pin.provider == provider.name;
}

bool RecognizesRepeat(const ProviderFacts& provider, absl::Time first_attempt, absl::Time now) {
  return now - first_attempt < provider.repeat_window;
}

const ProviderFacts* FindProvider(const RoutingFacts& facts, std::string_view name) {
  const auto found = std::find_if(facts.providers.begin(), facts.providers.end(),
                                  [&](const ProviderFacts& provider) { return provider.name == name; });
  return found == facts.providers.end() ? nullptr : &*found;
}

// The first provider that may send the message, has not been tried and can accept a message now.
std::optional<std::size_t> ChooseProvider(const RoutingFacts& facts, const ProviderPin& pin) {
  for (std::size_t i = 0; i < facts.providers.size(); ++i) {
    const ProviderFacts& provider = facts.providers[i];
    if (MaySend(pin, provider) && facts.route.tries[i] == Try::kNone && provider.can_accept) return i;
  }
  return std::nullopt;
}

bool CanAnyExpress(const RoutingFacts& facts) {
  for (std::size_t i = 0; i < facts.providers.size(); ++i) {
    if (MaySend(facts.route.pin, facts.providers[i]) && facts.route.tries[i] != Try::kNotExpressible) {
      return true;
    }
  }
  return false;
}

RoutingDecision MarkDead(std::string reason) {
  return {.action = Action::kMarkDead, .reason = std::move(reason)};
}

// Queues the message until a provider that may send the message is available again. The backoff grows with
// the message's failures, so that a poison message is retried less and less often.
RoutingDecision Release(Action action, const RoutingFacts& facts, ProviderPin pin) {
  absl::Duration min_delay = absl::InfiniteDuration();
  int failures = 1;
  for (std::size_t i = 0; i < facts.providers.size(); ++i) {
    const ProviderFacts& provider = facts.providers[i];
    if (!MaySend(pin, provider) || facts.route.tries[i] == Try::kNotExpressible) continue;
    min_delay = std::min(min_delay, provider.time_until_open);
    failures = std::max(failures, provider.failures);
  }
  return {.action = action, .min_delay = min_delay, .backoff_attempt = failures, .pin = std::move(pin)};
}

RoutingDecision SendOrRelease(const RoutingFacts& facts, ProviderPin pin) {
  if (const std::optional<std::size_t> provider = ChooseProvider(facts, pin)) {
    return {.action = Action::kSend, .provider = *provider, .pin = std::move(pin)};
  }
  return Release(Action::kReleaseUnrouted, facts, std::move(pin));
}

RoutingDecision RetryOrMarkDead(const RoutingFacts& facts, const std::string& error, ProviderPin pin) {
  if (facts.message.attempts >= facts.max_attempts) return MarkDead(error);
  return {.action = Action::kScheduleRetry, .backoff_attempt = facts.message.attempts, .pin = std::move(pin)};
}

RoutingDecision RouteUnknown(const RoutingFacts& facts, const std::string& error) {
  const Message& message = facts.message;
  if (RecognizesRepeat(facts.providers[facts.route.provider], *message.pin_time, facts.now)) {
    return Release(Action::kReleaseClaim, facts, {message.pinned_provider, message.pin_time});
  }
  if (!IsSafeToResend(message.template_name)) {
    return MarkDead(StrCat("the message may have been sent: ", error));
  }
  // Removes a pin that was set because a copy may have been sent. A message that was queued for one provider
  // stays pinned to that provider.
  return RetryOrMarkDead(facts, error, facts.route.pin.time ? ProviderPin() : facts.route.pin);
}

RoutingDecision RouteUnsent(const RoutingFacts& facts, const std::string& error) {
  const ProviderPin& pin = facts.route.pin;
  if (const std::optional<std::size_t> provider = ChooseProvider(facts, pin)) {
    return {.action = Action::kSend, .provider = *provider, .pin = pin};
  }
  if (!CanAnyExpress(facts)) return MarkDead(error);
  return Release(Action::kReleaseClaim, facts, pin);
}

}  // namespace

RoutingDecision RouteClaimed(const RoutingFacts& facts) {
  const Message& message = facts.message;
  if (IsExpired(message, facts.now)) {
    return {.action = Action::kCancel, .reason = "the message expired before it was sent"};
  }
  // Each attempt was counted, but the process ended before the outcome was saved.
  if (message.attempts > facts.max_attempts) return MarkDead("the outcome of every attempt is unknown");
  const ProviderPin& pin = facts.route.pin;
  if (pin.provider.empty()) return SendOrRelease(facts, pin);
  const ProviderFacts* provider = FindProvider(facts, pin.provider);
  if (!pin.time) {
    if (provider != nullptr) return SendOrRelease(facts, pin);
    return MarkDead(StrCat("the provider ", pin.provider, " is no longer configured"));
  }
  if (provider != nullptr && RecognizesRepeat(*provider, *pin.time, facts.now)) {
    return SendOrRelease(facts, pin);
  }
  if (IsSafeToResend(message.template_name)) return SendOrRelease(facts, {});
  return MarkDead(
      StrCat("the message may have been sent by ", pin.provider, ", which does not recognize repeats"));
}

RoutingDecision RerouteWaiting(const RoutingFacts& facts) {
  return SendOrRelease(facts, facts.route.pin);
}

RoutingDecision RouteAfterAttempt(const RoutingFacts& facts, const SendOutcome& outcome) {
  using Kind = SendOutcome::Kind;
  switch (outcome.kind) {
    case Kind::kAccepted:
      return {.action = Action::kMarkSent};
    case Kind::kRecipientRejected:
    case Kind::kMessageRejected:
      return MarkDead(outcome.error);
    case Kind::kUnknown:
      return RouteUnknown(facts, outcome.error);
    case Kind::kRetry:
      // Without retry_after, the recipient's system defers the message, and would defer it for any provider.
      if (!outcome.retry_after) return RetryOrMarkDead(facts, outcome.error, facts.route.pin);
      break;
    case Kind::kUnreachable:
    case Kind::kQuota:
    case Kind::kConfig:
    case Kind::kNotExpressible:
    case Kind::kRefused:
      break;
  }
  return RouteUnsent(facts, outcome.error);
}

}  // namespace keelson
