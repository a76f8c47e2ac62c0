#pragma once

#include <cstdint>

#include "adapters/system/system_clock.h"
#include "tests/app/recording_log.h"

namespace keelson {

// A SystemClock with simulated kernel clocks, and a log.
struct SteppedClock {
  static absl::Time Start() { return absl::FromUnixSeconds(1'767'225'600); }

  void Pass(absl::Duration time) {
    real += absl::ToInt64Nanoseconds(time);
    monotonic += absl::ToInt64Nanoseconds(time);
  }
  void Step(absl::Duration by) { real += absl::ToInt64Nanoseconds(by); }

  std::int64_t real = absl::ToUnixNanos(Start());
  std::int64_t monotonic = 0;
  SystemClock clock{{.real = [this] { return real; }, .monotonic = [this] { return monotonic; }}};
  RecordingLog log;
};

}  // namespace keelson
