#pragma once

#include <string>

#include "absl/time/time.h"
#include "core/notifications/circuit_breaker.h"

namespace keelson {

// The configuration's bounds on sending.
struct DispatchPolicy {
  std::string from;
  // Messages under way at once, per provider.
  int concurrency = 4;
  // The most messages a second, per provider; zero: as many as it takes.
  int rate = 0;
  // For one attempt.
  absl::Duration timeout = absl::Seconds(30);
  // For how long a claim holds unless it is renewed, as it is while the process lives.
  absl::Duration lease = absl::Minutes(2);
  absl::Duration base_delay = absl::Seconds(2);
  absl::Duration max_delay = absl::Minutes(15);
  int max_attempts = 12;
  CircuitPolicy circuit;
};

}  // namespace keelson
