#pragma once

#include <grpc/support/time.h>

#include "absl/time/time.h"

namespace keelson {

// Returns the time from `now` to `deadline`, clamped to [0, max]. Both times must be of the same clock.
// Client libraries encode "no deadline" as centuries (grpc-timeout: 2562047H), which would overflow
// std::chrono's nanoseconds.
absl::Duration TimeUntil(const gpr_timespec& deadline, const gpr_timespec& now, absl::Duration max);

}  // namespace keelson
