#pragma once

#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "core/common/log.h"

namespace keelson {

// Logs when the system clock was set back, so that the service's clock (the class SystemClock) is ahead of
// the system clock, and when both clocks agree again. Not thread-safe.
class ClockWatch {
 public:
  // Minimum lead of the service's clock over the system clock that is logged. NTP corrections cause smaller
  // leads.
  static constexpr absl::Duration kMinLead = absl::Seconds(1);

  ClockWatch(SystemClock& clock, Log& log) : clock_(clock), log_(log) {}

  // Compares the clocks once.
  void operator()();

 private:
  SystemClock& clock_;
  Log& log_;
  bool ahead_ = false;
};

}  // namespace keelson
