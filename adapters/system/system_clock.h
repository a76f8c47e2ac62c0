#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>

#include "core/common/clock.h"

namespace keelson {

// The system's real-time clock, cut to microseconds, made never to decrease within a process.
//
// When the system's clock is set back, the time of day goes on from where it was, driven by the monotonic
// clock at half speed, until the system's clock has caught up: after a step back by ten minutes both agree
// again twenty minutes later. Due times therefore pass, and leases end, at half speed at worst. A step
// forward is followed at once.
//
// The monotonic clock is CLOCK_MONOTONIC, which stands still while the machine is suspended. The time of day
// then catches up by the system's clock, and the suspended time shortens a lead instead of adding to it, as
// CLOCK_BOOTTIME would.
//
// Thread-safe and lock-free; a reading costs two readings of the kernel's clocks.
class SystemClock final : public Clock {
 public:
  // Nanoseconds since the Unix epoch, and since a fixed but unknown point. Thread-safe.
  struct Sources {
    std::function<std::int64_t()> real;
    std::function<std::int64_t()> monotonic;
  };

  SystemClock();
  explicit SystemClock(Sources sources) : sources_(std::move(sources)) {}

  absl::Time Now() override;
  SteadyTime SteadyNow() override;

  // From here on, Now is not before `time`: for a clock that was set back before the process began.
  void StartAt(absl::Time time);
  // How far Now is ahead of the system's clock; zero while both agree.
  absl::Duration Lead();

 private:
  // Nanoseconds since the Unix epoch, never decreasing.
  std::int64_t Read();
  void Raise(std::int64_t line);

  const Sources sources_;
  // Now is the later one of the system's clock and a line that rises at half the speed of the monotonic clock
  // through the last reading: line_ + monotonic / 2, in nanoseconds.
  std::atomic<std::int64_t> line_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace keelson
