#include "core/sessions/throttle_rule.h"

#include <algorithm>

namespace keelson {
namespace {

bool IsBlocked(const ThrottleRule& rule, const Throttle& throttle) {
  return rule.max_failures > 0 && throttle.failures >= rule.max_failures;
}

absl::Duration DelayAfter(const ThrottleRule& rule, std::int64_t failures) {
  if (failures <= rule.free_failures) return absl::ZeroDuration();
  absl::Duration delay = rule.first_delay;
  for (std::int64_t i = rule.free_failures + 1; i < failures && delay < rule.max_delay; ++i) delay *= 2;
  return std::min(delay, rule.max_delay);
}

}  // namespace

absl::Duration RemainingDelay(const ThrottleRule& rule, const Throttle& throttle, absl::Time now) {
  if (throttle.expire_time <= now) return absl::ZeroDuration();
  if (IsBlocked(rule, throttle)) return kBlockedRetryDelay;
  return std::max(throttle.blocked_until - now, absl::ZeroDuration());
}

void CountAttempt(const ThrottleRule& rule, Throttle& throttle, absl::Time now) {
  if (throttle.expire_time <= now) throttle.failures = 0;
  ++throttle.failures;
  // Without a delay, blocked_until stays in the past: for a parallel attempt that took its time earlier,
  // `now` would be a delay.
  const absl::Duration delay = DelayAfter(rule, throttle.failures);
  if (delay > absl::ZeroDuration()) throttle.blocked_until = now + delay;
  throttle.expire_time = IsBlocked(rule, throttle) ? absl::InfiniteFuture() : now + rule.memory;
}

void TakeBackAttempt(const ThrottleRule& rule, const Throttle& counted, Throttle& throttle, absl::Time now) {
  throttle.failures = std::max<std::int64_t>(throttle.failures - 1, 0);
  // Until the delay ends, no other attempt is counted: an equal time is the delay of this attempt.
  if (throttle.blocked_until == counted.blocked_until) throttle.blocked_until = absl::UnixEpoch();
  throttle.expire_time = now + rule.memory;
}

}  // namespace keelson
