#pragma once

#include <atomic>

#include "core/common/clock.h"

namespace keelson {

// A clock that moves only when the test advances it. Thread-safe.
class FakeClock : public Clock {
 public:
  // 2026-01-01 00:00:00 UTC.
  static constexpr std::int64_t kStartSeconds = 1'767'225'600;

  absl::Time Now() override { return absl::FromUnixMicros(unix_micros_.load()); }
  SteadyTime SteadyNow() override { return SteadyTime() + absl::Microseconds(steady_micros_.load()); }

  // Advances both clocks by the same duration, so that the time of day becomes `now`.
  void Set(absl::Time now) { Advance(now - Now()); }
  // Advances both clocks. A negative duration sets the time of day back and leaves the monotonic clock
  // unchanged.
  void Advance(absl::Duration by) {
    unix_micros_ += absl::ToInt64Microseconds(by);
    if (by > absl::ZeroDuration()) steady_micros_ += absl::ToInt64Microseconds(by);
  }
  // Changes the time of day but not the monotonic clock, like setting the system clock.
  void Jump(absl::Duration by) { unix_micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<std::int64_t> unix_micros_{kStartSeconds * 1'000'000};
  std::atomic<std::int64_t> steady_micros_{0};
};

}  // namespace keelson
