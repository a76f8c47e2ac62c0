#pragma once

#include <atomic>

#include "core/common/clock.h"

namespace keelson {

// A clock that stands still until it is told otherwise. Thread-safe.
class FakeClock : public Clock {
 public:
  // 2026-01-01 00:00:00 UTC.
  static constexpr std::int64_t kStartSeconds = 1'767'225'600;

  absl::Time Now() override { return absl::FromUnixMicros(unix_micros_.load()); }
  void Set(absl::Time now) { unix_micros_ = absl::ToUnixMicros(now); }
  // Backwards too.
  void Advance(absl::Duration by) { unix_micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<std::int64_t> unix_micros_{kStartSeconds * 1'000'000};
};

}  // namespace keelson
