#include "core/common/circuit_breaker.h"

#include <catch2/catch.hpp>

namespace keelson {
namespace {

const SteadyTime kSteadyNow = SteadyTime() + absl::Hours(1);
const absl::Duration kTick = absl::Microseconds(1);

TEST_CASE("A circuit opens at the configured failure ratio, but not before the minimum number of calls") {
  CircuitBreaker circuit{CircuitPolicy()};
  for (int i = 0; i < 4; ++i) circuit.Fail(kSteadyNow);
  CHECK(circuit.StateAt(kSteadyNow) == CircuitState::kClosed);
  circuit.Fail(kSteadyNow);
  CHECK(circuit.StateAt(kSteadyNow) == CircuitState::kOpen);
  CHECK(circuit.Permits(kSteadyNow, 0) == 0);
  CHECK(circuit.open_until() == kSteadyNow + absl::Seconds(30));
}

TEST_CASE("A circuit counts only the calls of its window") {
  CircuitBreaker circuit{CircuitPolicy()};
  for (int i = 0; i < 9; ++i)
    circuit.Fail(kSteadyNow), circuit.Succeed(kSteadyNow), circuit.Succeed(kSteadyNow);
  CHECK(circuit.StateAt(kSteadyNow) == CircuitState::kClosed);
  for (int i = 0; i < 20; ++i) circuit.Succeed(kSteadyNow);
  for (int i = 0; i < 9; ++i) circuit.Fail(kSteadyNow);
  CHECK(circuit.StateAt(kSteadyNow) == CircuitState::kClosed);
  circuit.Fail(kSteadyNow);
  CHECK(circuit.StateAt(kSteadyNow) == CircuitState::kOpen);
}

TEST_CASE("A half-open circuit permits the configured number of probes, and closes when all probes succeed") {
  CircuitBreaker circuit{CircuitPolicy()};
  circuit.ForceOpen(kSteadyNow);
  const SteadyTime later = kSteadyNow + absl::Seconds(30);
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
  SteadyTime now = kSteadyNow;
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
  circuit.ForceOpen(kSteadyNow);
  circuit.Fail(kSteadyNow), circuit.ForceOpen(kSteadyNow), circuit.Succeed(kSteadyNow),
      circuit.Succeed(kSteadyNow);
  CHECK(circuit.StateAt(kSteadyNow) == CircuitState::kOpen);
  CHECK(circuit.open_until() == kSteadyNow + absl::Seconds(30));
}

TEST_CASE("AllowProbe makes an open circuit half open at once") {
  CircuitBreaker circuit{CircuitPolicy()};
  circuit.AllowProbe(kSteadyNow);
  CHECK(circuit.StateAt(kSteadyNow) == CircuitState::kClosed);
  circuit.ForceOpen(kSteadyNow);
  circuit.AllowProbe(kSteadyNow + kTick);
  CHECK(circuit.StateAt(kSteadyNow + kTick) == CircuitState::kHalfOpen);
}

}  // namespace
}  // namespace keelson
