// The delays after failed sign-ins, as pure functions of a Throttle.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "core/sessions/session_repository.h"

namespace keelson {

struct ThrottleRule {
  // Number of failures without a delay, so that parallel sign-ins with the right password, which count as
  // failures until they succeed, are not rejected.
  std::int64_t free_failures = 0;
  // The delay after the first failure beyond free_failures. Each further failure doubles the delay.
  absl::Duration first_delay;
  absl::Duration max_delay;
  // Number of failures after which no attempt is allowed; 0: no limit.
  std::int64_t max_failures = 0;
  // Failures are forgotten after this time without an attempt, unless max_failures is reached.
  absl::Duration memory;
};

// NIST SP 800-63B-4, 3.2.2: at most 100 consecutive failures for an account; delays that grow from 30 s to
// 1 h. A password reset ends the block.
inline constexpr ThrottleRule kAccountThrottle = {.free_failures = 10,
                                                  .first_delay = absl::Seconds(30),
                                                  .max_delay = absl::Hours(1),
                                                  .max_failures = 100,
                                                  .memory = absl::Hours(24)};

// Slows down guessing at many accounts from one network. The limits are wide because the users of a network
// may share one address.
inline constexpr ThrottleRule kNetworkThrottle = {.free_failures = 100,
                                                  .first_delay = absl::Seconds(1),
                                                  .max_delay = absl::Minutes(1),
                                                  .max_failures = 0,
                                                  .memory = absl::Hours(1)};

// The delay in the response to an attempt for a blocked account. The block has no end.
inline constexpr absl::Duration kBlockedRetryDelay = absl::Hours(24);

// Returns the time until the next attempt is allowed; zero if an attempt is allowed at `now`.
absl::Duration RemainingDelay(const ThrottleRule& rule, const Throttle& throttle, absl::Time now);
// Counts an attempt as failed, before its result is known. RemainingDelay must be zero.
void CountAttempt(const ThrottleRule& rule, Throttle& throttle, absl::Time now);
// Takes back one attempt, with the delay that the attempt began. `counted` is the throttle after CountAttempt
// of that attempt; `throttle` may have counted further attempts.
void TakeBackAttempt(const ThrottleRule& rule, const Throttle& counted, Throttle& throttle, absl::Time now);

}  // namespace keelson
