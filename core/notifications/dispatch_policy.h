#pragma once

#include <string>

#include "absl/time/time.h"
#include "core/common/circuit_breaker.h"

namespace keelson {

// Limits, timeouts and retry policy of the message dispatcher ([email.dispatch], [email.circuit]).
struct DispatchPolicy {
  std::string from;
  // Maximum number of concurrent attempts per provider.
  int concurrency = 4;
  // Maximum number of messages per second and provider; zero: no limit.
  int rate = 0;
  // Maximum duration of one attempt.
  absl::Duration timeout = absl::Seconds(30);
  // Duration of the lease of a claimed message. A running process renews its leases before they expire.
  absl::Duration lease = absl::Minutes(2);
  // First and maximum delay of the exponential backoff between attempts.
  absl::Duration base_delay = absl::Seconds(2);
  absl::Duration max_delay = absl::Minutes(15);
  int max_attempts = 12;
  CircuitPolicy circuit;
};

}  // namespace keelson
