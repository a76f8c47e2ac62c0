#include "adapters/system/system_clock.h"

#include "absl/time/clock.h"

namespace keelson {

absl::Time SystemClock::Now() {
  return absl::FromUnixMicros(absl::GetCurrentTimeNanos() / 1000);
}

}  // namespace keelson
