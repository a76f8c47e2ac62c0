#pragma once

#include <string>

#include "absl/time/time.h"
#include "core/notifications/circuit_breaker.h"

namespace keelson {

// Configuration of message dispatch.
struct DispatchPolicy {
  std::string from;
  // Concurrent attempts per provider.
  int concurrency = 4;
  // Maximum number of messages per second and provider; zero: no limit.
  int rate = 0;
  // Deadline of one attempt.
  absl::Duration timeout = absl::Seconds(30);
  // How long a claim holds unless it is renewed. A running process renews its claims.
  absl::Duration lease = absl::Minutes(2);
  // Bounds of the exponential backoff between attempts.
  absl::Duration base_delay = absl::Seconds(2);
  absl::Duration max_delay = absl::Minutes(15);
  int max_attempts = 12;
  CircuitPolicy circuit;
};

}  // namespace keelson
