#pragma once

#include <algorithm>
#include <chrono>
#include <compare>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace keelson {

// The point at which a caller stops waiting. A deadline is measured by the monotonic clock (CLOCK_MONOTONIC),
// so that setting the system's clock neither shortens nor prolongs a wait. The monotonic clock does not
// advance while the machine is suspended. poll(2) and pthread_cond_clockwait(3) measure their timeouts by the
// monotonic clock too.
//
// A value type without a time of day: a deadline is never stored or sent. Each process computes its own
// deadline from a remaining duration.
class Deadline {
 public:
  using SteadyClock = std::chrono::steady_clock;

  // Creates a deadline that never expires.
  constexpr Deadline() = default;
  static constexpr Deadline Never() { return Deadline(); }

  // Returns the deadline `timeout` from now. With a timeout beyond the clock's range (292 years), the
  // deadline never expires. With a timeout of zero or less, the deadline has already expired.
  static Deadline After(absl::Duration timeout) {
    const SteadyClock::time_point now = SteadyClock::now();
    const auto nanoseconds = absl::ToChronoNanoseconds(std::max(timeout, absl::ZeroDuration()));
    if (nanoseconds >= SteadyClock::time_point::max() - now) return Never();
    return Deadline(now + nanoseconds);
  }

  bool is_never() const { return time_ == SteadyClock::time_point::max(); }
  // Reads the clock once, unless the deadline is Never.
  bool expired() const { return !is_never() && SteadyClock::now() >= time_; }
  // Zero after the deadline has expired; infinite for Never.
  absl::Duration remaining() const {
    if (is_never()) return absl::InfiniteDuration();
    return std::max(absl::FromChrono(time_ - SteadyClock::now()), absl::ZeroDuration());
  }
  // The timeout for poll(2): rounded up to whole milliseconds, and at most an hour. Callers poll in a loop.
  int PollMilliseconds() const {
    const absl::Duration left = std::min(absl::Ceil(remaining(), absl::Milliseconds(1)), absl::Hours(1));
    return static_cast<int>(absl::ToInt64Milliseconds(left));
  }
  // Returns the deadline as a time point, for functions such as std::condition_variable::wait_until.
  SteadyClock::time_point time() const { return time_; }

  // The earlier deadline is the smaller one.
  friend constexpr auto operator<=>(const Deadline&, const Deadline&) = default;

 private:
  constexpr explicit Deadline(SteadyClock::time_point time) : time_(time) {}

  SteadyClock::time_point time_ = SteadyClock::time_point::max();
};

inline absl::Status DeadlineExceededBeforeStart() {
  return absl::DeadlineExceededError("the deadline expired before the work began");
}

}  // namespace keelson
