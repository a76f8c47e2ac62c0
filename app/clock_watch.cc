#include "app/clock_watch.h"

#include <string>

namespace keelson {

void ClockWatch::operator()() {
  const absl::Duration lead = clock_.Lead();
  if (!ahead_ && lead >= kMinLead) {
    ahead_ = true;
    log_.Write(
        Severity::kWarning, "clock.set_back",
        "the system clock was set back; the service's clock runs at half speed until both clocks agree",
        {{"lead", absl::FormatDuration(absl::Trunc(lead, absl::Milliseconds(1)))}});
  } else if (ahead_ && lead == absl::ZeroDuration()) {
    ahead_ = false;
    log_.Write(Severity::kInfo, "clock.agrees", "the service's clock agrees with the system clock again", {});
  }
}

}  // namespace keelson
