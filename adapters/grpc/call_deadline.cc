#include "adapters/grpc/call_deadline.h"

#include <algorithm>

namespace keelson {

absl::Duration TimeUntil(const gpr_timespec& deadline, const gpr_timespec& now, absl::Duration max) {
  const gpr_timespec left = gpr_time_sub(deadline, now);
  return std::clamp(absl::Seconds(left.tv_sec) + absl::Nanoseconds(left.tv_nsec), absl::ZeroDuration(), max);
}

}  // namespace keelson
