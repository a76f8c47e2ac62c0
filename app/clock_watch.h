#pragma once

#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "core/common/log.h"

namespace keelson {

// Logs when the system clock is set back, and when the service's clock (SystemClock) agrees with it again.
// Not thread-safe.
class ClockWatch {
 public:
  // Smaller leads are ordinary NTP corrections and are not logged.
  static constexpr absl::Duration kMinLead = absl::Seconds(1);

  ClockWatch(SystemClock& clock, Log& log) : clock_(clock), log_(log) {}

  // Checks the clocks once.
  void operator()();

 private:
  SystemClock& clock_;
  Log& log_;
  bool ahead_ = false;
};

}  // namespace keelson
