#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/call_statistics.h"

namespace keelson {

// Counts the calls of one method. Thread-safe; does not block.
class CallCounters {
 public:
  void Started() { started_.fetch_add(1, std::memory_order_relaxed); }
  // Call once per started call. `code` is the code that the caller receives.
  void Ended(absl::StatusCode code, absl::Duration duration);
  // Sets the counts in `statistics`. A call that starts or ends meanwhile may be counted in part.
  void CopyTo(CallStatistics& statistics) const;

 private:
  using Count = std::atomic<std::int64_t>;

  Count started_ = 0;
  std::array<Count, kCallCodeNames.size()> handled_{};
  std::array<Count, kCallDurationBounds.size() + 1> durations_{};
  Count total_nanoseconds_ = 0;
};

}  // namespace keelson
