#include "adapters/grpc/call_counters.h"

#include <algorithm>
#include <cstddef>

namespace keelson {

void CallCounters::Ended(absl::StatusCode code, absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(kCallDurationBounds, seconds) -
                                               kCallDurationBounds.begin());
  handled_[static_cast<std::size_t>(code)].fetch_add(1, std::memory_order_relaxed);
  durations_[bucket].fetch_add(1, std::memory_order_relaxed);
  total_nanoseconds_.fetch_add(absl::ToInt64Nanoseconds(duration), std::memory_order_relaxed);
}

void CallCounters::CopyTo(CallStatistics& statistics) const {
  for (std::size_t i = 0; i < handled_.size(); ++i) statistics.handled[i] = handled_[i];
  for (std::size_t i = 0; i < durations_.size(); ++i) statistics.durations[i] = durations_[i];
  statistics.total_duration = absl::Nanoseconds(total_nanoseconds_.load());
  // Read last, so that no more calls have ended than started.
  statistics.started = started_;
}

}  // namespace keelson
