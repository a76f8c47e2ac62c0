#pragma once

#include <cstddef>
#include <deque>

#include "absl/time/time.h"
#include "core/common/steady_time.h"

namespace keelson {

// State of a provider's circuit breaker. Closed: the provider receives all calls. Open: it receives no calls,
// because too many calls failed. Half open: it receives a few probe calls.
enum class CircuitState { kClosed = 1, kOpen = 2, kHalfOpen = 3 };

// Configuration of the circuit breakers ([email.circuit], [payments.circuit]).
struct CircuitPolicy {
  // The circuit opens when the ratio of failures among the last `window` calls reaches `failure_ratio`, after
  // at least `min_calls` calls.
  int window = 20;
  int min_calls = 5;
  double failure_ratio = 0.5;
  // Duration of the open state; each failed probe doubles the duration, up to max_open.
  absl::Duration open = absl::Seconds(30);
  absl::Duration max_open = absl::Minutes(5);
  // Number of calls that a half-open circuit permits. The circuit closes if all these calls succeed.
  int probes = 2;
};

// Circuit breaker: blocks calls to a provider that fails, and lets a few probes through to find out whether
// the provider has recovered. Not thread-safe.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(const CircuitPolicy& policy) : policy_(policy), next_open_(policy.open) {}

  CircuitState StateAt(SteadyTime now) const;
  // The number of calls that may start now, in addition to the `in_flight` calls in progress.
  int Permits(SteadyTime now, int in_flight) const;
  // Time at which the open circuit becomes half open.
  SteadyTime open_until() const { return open_until_; }

  // Record the result of a call. While the circuit is open, results are ignored, because their calls began
  // before the circuit opened.
  void Succeed(SteadyTime now);
  void Fail(SteadyTime now);
  // Opens the circuit regardless of the failure ratio, because no call can succeed.
  void ForceOpen(SteadyTime now);
  // Makes an open circuit half open at once.
  void AllowProbe(SteadyTime now);

 private:
  void RecordCall(SteadyTime now, bool failed);
  void Open(SteadyTime now);

  const CircuitPolicy policy_;
  bool closed_ = true;
  SteadyTime open_until_;
  absl::Duration next_open_;
  int probes_left_ = 0;
  // The results of the last `window` calls; true means a failure.
  std::deque<bool> calls_;
};

}  // namespace keelson
