#pragma once

#include <grpc/support/time.h>

#include "absl/time/time.h"

namespace keelson {

// The time from `now` to `deadline`, clamped to between zero and `max`; both times are of one clock. Client
// libraries send deadlines of centuries for "none" (grpc-timeout: 2562047H), which std::chrono's nanoseconds
// cannot hold.
absl::Duration TimeUntil(const gpr_timespec& deadline, const gpr_timespec& now, absl::Duration max);

}  // namespace keelson
