#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/common/clock.h"

namespace keelson {

// The system time, truncated to the precision of the stores.
class RealClock : public Clock {
 public:
  absl::Time Now() override { return absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())); }
};

inline RealClock real_clock;

}  // namespace keelson
