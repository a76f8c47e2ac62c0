#pragma once

#include <cstdint>

#include "adapters/system/system_clock.h"
#include "tests/app/recording_log.h"

namespace keelson {

// A SystemClock whose kernel clocks are simulated, and a log for the tested class.
struct SteppedClock {
  static absl::Time Start() { return absl::FromUnixSeconds(1'767'225'600); }

  // Advances both kernel clocks by `time`.
  void Pass(absl::Duration time) {
    real += absl::ToInt64Nanoseconds(time);
    monotonic += absl::ToInt64Nanoseconds(time);
  }
  // Sets the system clock forward by `by`, or back if `by` is negative.
  void Step(absl::Duration by) { real += absl::ToInt64Nanoseconds(by); }

  std::int64_t real = absl::ToUnixNanos(Start());
  std::int64_t monotonic = 0;
  SystemClock clock{{.real = [this] { return real; }, .monotonic = [this] { return monotonic; }}};
  RecordingLog log;
};

}  // namespace keelson
