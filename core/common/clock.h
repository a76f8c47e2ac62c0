#pragma once

#include "absl/time/time.h"

namespace keelson {

// The time of day. Thread-safe; never blocks.
class Clock {
 public:
  virtual ~Clock() = default;
  // A whole number of microseconds since the Unix epoch, so that a stored time reads back equal.
  virtual absl::Time Now() = 0;
};

}  // namespace keelson
