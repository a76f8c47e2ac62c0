#include "adapters/system/system_clock.h"

#include <time.h>

#include <algorithm>

namespace keelson {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosecondsPerMicrosecond = 1'000;
// While Now() is ahead of the system's clock, Now() advances at 1/kSlowdown of the monotonic clock's speed.
constexpr std::int64_t kSlowdown = 2;

std::int64_t ReadKernelClock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);  // fails only for an unknown clock
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

}  // namespace

SystemClock::SystemClock()
    : SystemClock({.real = [] { return ReadKernelClock(CLOCK_REALTIME); },
                   .monotonic = [] { return ReadKernelClock(CLOCK_MONOTONIC); }}) {}

absl::Time SystemClock::Now() {
  return absl::FromUnixMicros(Read() / kNanosecondsPerMicrosecond);
}

SteadyTime SystemClock::SteadyNow() {
  return SteadyTime() + absl::Nanoseconds(sources_.monotonic());
}

void SystemClock::StartAt(absl::Time time) {
  Raise(absl::ToUnixNanos(time) - sources_.monotonic() / kSlowdown);
}

absl::Duration SystemClock::Lead() {
  const std::int64_t now = Read();
  return absl::Nanoseconds(std::max<std::int64_t>(now - sources_.real(), 0));
}

std::int64_t SystemClock::Read() {
  // Reads the real-time clock first: in the other order, a thread that is preempted between the two readings
  // would set the time too far ahead of the real-time clock.
  const std::int64_t real = sources_.real();
  const std::int64_t slowed = sources_.monotonic() / kSlowdown;
  Raise(real - slowed);
  return line_.load(std::memory_order_relaxed) + slowed;
}

// Relaxed memory order suffices: line_ never decreases, and a thread that observes another thread's time also
// observes that thread's line_ or a higher value.
void SystemClock::Raise(std::int64_t line) {
  std::int64_t current = line_.load(std::memory_order_relaxed);
  while (current < line && !line_.compare_exchange_weak(current, line, std::memory_order_relaxed)) {
  }
}

}  // namespace keelson
