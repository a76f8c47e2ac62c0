#pragma once

#include "absl/time/time.h"
#include "core/common/circuit_breaker.h"

namespace keelson {

// Limits, timeouts and retry policy of the settlement of refunds ([payments], [payments.circuit]).
struct SettlementPolicy {
  // Maximum number of concurrent calls per provider.
  int concurrency = 8;
  // Maximum number of calls per second and provider; zero: no limit.
  int rate = 0;
  // Maximum duration of one call.
  absl::Duration timeout = absl::Seconds(30);
  // Duration of the lease of a claimed refund. An attempt starts only if its timeout ends before the lease
  // expires, so the lease must be longer than the timeout; at least twice the timeout is useful.
  absl::Duration lease = absl::Minutes(2);
  // First and maximum delay of the exponential backoff between attempts without a definite outcome.
  absl::Duration base_delay = absl::Seconds(2);
  absl::Duration max_delay = absl::Minutes(15);
  // First and maximum interval at which the provider is asked for the result of a refund that the provider
  // has accepted. The interval doubles with each attempt.
  absl::Duration pending_interval = absl::Seconds(30);
  absl::Duration max_pending_interval = absl::Hours(1);
  CircuitPolicy circuit = {};
};

}  // namespace keelson
