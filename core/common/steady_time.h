#pragma once

#include <chrono>
#include <compare>

#include "absl/time/time.h"

namespace keelson {

// A point in time of the monotonic clock (CLOCK_MONOTONIC, like Deadline), for durations that a process
// measures: ages, pauses, rates, latencies. Setting the system's clock does not change these durations.
//
// A value type without a time of day. The difference of two points is a duration. A point must not be stored
// or sent to another process.
class SteadyTime {
 public:
  // The zero of the monotonic clock, which is earlier than every value of Now().
  constexpr SteadyTime() = default;
  static constexpr SteadyTime InfinitePast() { return SteadyTime(-absl::InfiniteDuration()); }
  static constexpr SteadyTime InfiniteFuture() { return SteadyTime(absl::InfiniteDuration()); }
  // The core must call Clock::SteadyNow instead, so that tests can control the time.
  static SteadyTime Now() {
    return SteadyTime(absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
  }

  friend SteadyTime operator+(SteadyTime time, absl::Duration duration) {
    return SteadyTime(time.since_zero_ + duration);
  }
  SteadyTime& operator+=(absl::Duration duration) {
    since_zero_ += duration;
    return *this;
  }
  friend SteadyTime operator-(SteadyTime time, absl::Duration duration) {
    return SteadyTime(time.since_zero_ - duration);
  }
  friend absl::Duration operator-(SteadyTime later, SteadyTime earlier) {
    return later.since_zero_ - earlier.since_zero_;
  }
  friend constexpr bool operator==(SteadyTime a, SteadyTime b) { return a.since_zero_ == b.since_zero_; }
  friend constexpr std::strong_ordering operator<=>(SteadyTime a, SteadyTime b) {
    if (a.since_zero_ == b.since_zero_) return std::strong_ordering::equal;
    return a.since_zero_ < b.since_zero_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }

 private:
  constexpr explicit SteadyTime(absl::Duration since_zero) : since_zero_(since_zero) {}

  absl::Duration since_zero_;
};

}  // namespace keelson
