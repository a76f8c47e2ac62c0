#pragma once

#include "core/common/clock.h"

namespace keelson {

// The machine's real-time clock, cut to microseconds.
class SystemClock final : public Clock {
 public:
  absl::Time Now() override;
};

}  // namespace keelson
