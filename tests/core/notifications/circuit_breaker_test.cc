#include "core/notifications/circuit_breaker.h"

#include <catch2/catch.hpp>

namespace keelson {
namespace {

const SteadyTime kNow = SteadyTime() + absl::Hours(1);
const absl::Duration kTick = absl::Microseconds(1);

TEST_CASE("A circuit opens at the configured failure ratio, but not before the minimum number of calls") {
  CircuitBreaker circuit{CircuitPolicy()};
  for (int i = 0; i < 4; ++i) circuit.Fail(kNow);
  CHECK(circuit.StateAt(kNow) == CircuitState::kClosed);
  circuit.Fail(kNow);
  CHECK(circuit.StateAt(kNow) == CircuitState::kOpen);
  CHECK(circuit.Permits(kNow, 0) == 0);
  CHECK(circuit.open_until() == kNow + absl::Seconds(30));
}

TEST_CASE("A circuit counts only the calls of its window") {
  CircuitBreaker circuit{CircuitPolicy()};
  for (int i = 0; i < 9; ++i) circuit.Fail(kNow), circuit.Succeed(kNow), circuit.Succeed(kNow);
  CHECK(circuit.StateAt(kNow) == CircuitState::kClosed);
  for (int i = 0; i < 20; ++i) circuit.Succeed(kNow);
  for (int i = 0; i < 9; ++i) circuit.Fail(kNow);
  CHECK(circuit.StateAt(kNow) == CircuitState::kClosed);
  circuit.Fail(kNow);
  CHECK(circuit.StateAt(kNow) == CircuitState::kOpen);
}

TEST_CASE("A half-open circuit permits the configured number of probes, and closes when all probes succeed") {
  CircuitBreaker circuit{CircuitPolicy()};
  circuit.ForceOpen(kNow);
  const SteadyTime later = kNow + absl::Seconds(30);
  CHECK(circuit.StateAt(later - kTick) == CircuitState::kOpen);
  CHECK(circuit.StateAt(later) == CircuitState::kHalfOpen);
  CHECK(circuit.Permits(later, 0) == 2);
  CHECK(circuit.Permits(later, 1) == 1);
  CHECK(circuit.Permits(later, 2) == 0);
  circuit.Succeed(later);
  CHECK(circuit.StateAt(later) == CircuitState::kHalfOpen);
  CHECK(circuit.Permits(later, 0) == 1);
  circuit.Succeed(later);
  CHECK(circuit.StateAt(later) == CircuitState::kClosed);
  circuit.Fail(later);
  CHECK(circuit.StateAt(later) == CircuitState::kClosed);
}

TEST_CASE("Each failed probe doubles the time that a circuit stays open, up to max_open") {
  CircuitPolicy policy;
  policy.open = absl::Seconds(30);
  policy.max_open = absl::Minutes(2);
  CircuitBreaker circuit(policy);
  SteadyTime now = kNow;
  circuit.ForceOpen(now);
  for (const int seconds : {30, 60, 120, 120}) {
    CHECK(circuit.open_until() == now + absl::Seconds(seconds));
    now = circuit.open_until();
    circuit.Fail(now);
  }
  now = circuit.open_until();
  circuit.Succeed(now), circuit.Succeed(now);
  circuit.ForceOpen(now);
  CHECK(circuit.open_until() == now + absl::Seconds(30));
}

TEST_CASE("Calls that began before a circuit opened do not change its state when they end") {
  CircuitBreaker circuit{CircuitPolicy()};
  circuit.ForceOpen(kNow);
  circuit.Fail(kNow), circuit.ForceOpen(kNow), circuit.Succeed(kNow), circuit.Succeed(kNow);
  CHECK(circuit.StateAt(kNow) == CircuitState::kOpen);
  CHECK(circuit.open_until() == kNow + absl::Seconds(30));
}

TEST_CASE("AllowProbe makes an open circuit half open at once") {
  CircuitBreaker circuit{CircuitPolicy()};
  circuit.AllowProbe(kNow);
  CHECK(circuit.StateAt(kNow) == CircuitState::kClosed);
  circuit.ForceOpen(kNow);
  circuit.AllowProbe(kNow + kTick);
  CHECK(circuit.StateAt(kNow + kTick) == CircuitState::kHalfOpen);
}

}  // namespace
}  // namespace keelson
