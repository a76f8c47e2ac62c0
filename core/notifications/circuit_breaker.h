#pragma once

#include <cstddef>
#include <deque>

#include "absl/time/time.h"
#include "core/common/steady_time.h"
#include "core/notifications/provider_status.h"

namespace keelson {

// The configuration's bounds on a provider that fails.
struct CircuitPolicy {
  // The last calls that are judged, and how many there must be.
  int window = 20;
  int min_calls = 5;
  // The share of failures among them that opens the circuit.
  double failure_ratio = 0.5;
  // How long it stays open; doubles to max_open while its trials fail.
  absl::Duration open = absl::Seconds(30);
  absl::Duration max_open = absl::Minutes(5);
  // Trials that must succeed to close it.
  int probes = 2;
};

// Keeps calls from a provider that fails, and lets a few through to see whether it has recovered. For one
// thread at a time.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(const CircuitPolicy& policy) : policy_(policy), next_open_(policy.open) {}

  CircuitState StateAt(SteadyTime now) const;
  // How many more calls may be under way beside `under_way` others.
  int Permits(SteadyTime now, int under_way) const;
  // When it stops being open.
  SteadyTime open_until() const { return open_until_; }

  // A call came to its end. What comes back from before the circuit opened changes nothing.
  void Succeed(SteadyTime now);
  void Fail(SteadyTime now);
  // Opens it, however few calls failed: none can succeed.
  void ForceOpen(SteadyTime now);
  // Where it is open: it may be tried at once.
  void AllowProbe(SteadyTime now);

 private:
  void Judge(SteadyTime now, bool failed);
  void Open(SteadyTime now);

  const CircuitPolicy policy_;
  bool closed_ = true;
  SteadyTime open_until_;
  absl::Duration next_open_;
  int trials_left_ = 0;
  // The window: true for a failure.
  std::deque<bool> calls_;
};

}  // namespace keelson
