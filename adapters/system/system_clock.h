#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>

#include "core/common/clock.h"

namespace keelson {

// The system's real-time clock, truncated to microseconds. Now() never decreases within a process.
//
// When the system's clock is set back, Now() continues from its last value, at half the speed of the
// monotonic clock, until the system's clock has caught up: 20 minutes after a step back by 10 minutes. Timers
// and leases therefore expire at half speed in the worst case. A step forward takes effect immediately.
//
// The monotonic clock is CLOCK_MONOTONIC, which stops while the machine is suspended. A suspension therefore
// reduces the time by which Now() is ahead of the system's clock by the length of the suspension; with
// CLOCK_BOOTTIME, by only half of the length.
//
// Thread-safe and lock-free. Each call reads two kernel clocks.
class SystemClock final : public Clock {
 public:
  // `real` returns nanoseconds since the Unix epoch, `monotonic` nanoseconds since an arbitrary start. Both
  // must be thread-safe.
  struct Sources {
    std::function<std::int64_t()> real;
    std::function<std::int64_t()> monotonic;
  };

  SystemClock();
  explicit SystemClock(Sources sources) : sources_(std::move(sources)) {}

  absl::Time Now() override;
  SteadyTime SteadyNow() override;

  // After this call, Now() is at least `time`. For a process that starts after the system's clock was set
  // back.
  void StartAt(absl::Time time);
  // Returns how far Now() is ahead of the system's clock; zero if both are equal.
  absl::Duration Lead();

 private:
  // Returns nanoseconds since the Unix epoch; the result never decreases.
  std::int64_t Read();
  void Raise(std::int64_t line);

  const Sources sources_;
  // Now() is the maximum of the system's clock and `line_ + monotonic / 2`, in nanoseconds: a line through
  // the last value that rises at half the speed of the monotonic clock.
  std::atomic<std::int64_t> line_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace keelson
