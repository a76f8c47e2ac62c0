#pragma once

#include "absl/time/time.h"
#include "core/common/steady_time.h"

namespace keelson {

// Port: reads the system's clocks. Thread-safe; never blocks.
class Clock {
 public:
  virtual ~Clock() = default;
  // The time of day, for times that are stored, sent or compared with stored times: creation, due, lease and
  // expiry times. A whole number of microseconds since the Unix epoch, so that a stored time reads back
  // equal. Never decreases within a process, but may advance at another rate than the monotonic clock, and
  // jump forward.
  virtual absl::Time Now() = 0;
  // The monotonic clock, for durations that are measured within the process.
  virtual SteadyTime SteadyNow() { return SteadyTime::Now(); }
};

}  // namespace keelson
