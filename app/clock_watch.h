#pragma once

#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "core/common/log.h"

namespace keelson {

// Logs when the system's clock was set back, and when the service's time of day agrees with it again. For one
// thread at a time.
class ClockWatch {
 public:
  // A smaller lead is an ordinary correction by NTP.
  static constexpr absl::Duration kMinLead = absl::Seconds(1);

  ClockWatch(SystemClock& clock, Log& log) : clock_(clock), log_(log) {}

  // Looks once.
  void operator()();

 private:
  SystemClock& clock_;
  Log& log_;
  bool ahead_ = false;
};

}  // namespace keelson
