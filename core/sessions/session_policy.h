#pragma once

#include <algorithm>

#include "absl/time/time.h"

namespace keelson {

// Configuration of sessions and sign-in ([sessions], accounts.require_verified_email).
struct SessionPolicy {
  absl::Duration access_ttl = absl::Minutes(15);
  // Lifetime of a session, from the sign-in. Refreshing does not extend it.
  absl::Duration refresh_ttl = absl::Hours(720);
  // Time after a rotation in which the previous refresh token still returns the current tokens.
  absl::Duration refresh_grace = absl::Seconds(10);
  // A session that was not used for this time ends; zero: no limit.
  absl::Duration idle_ttl = absl::ZeroDuration();
  // Maximum number of sessions of a user; a further sign-in ends the oldest session.
  int max_per_user = 20;
  // Whether an account with an unverified address can't sign in.
  bool require_verified_email = false;

  // Precision of last_use_time: a use is recorded at most once in this time, so that introspection seldom
  // causes a write.
  absl::Duration use_precision() const {
    const absl::Duration limit = absl::Minutes(5);
    return idle_ttl > absl::ZeroDuration() ? std::min(limit, idle_ttl / 4) : limit;
  }
};

}  // namespace keelson
