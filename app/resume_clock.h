#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "core/common/deadline.h"
#include "core/common/log.h"
#include "core/store/store.h"

namespace keelson {

// Maximum time by which the last event in the store may be ahead of the system clock. If the event is further
// ahead, its time is assumed to be wrong.
inline constexpr absl::Duration kMaxResumedLead = absl::Hours(24);

// Starts `clock` at a time no earlier than the last event in the store, so that refunds and messages are not
// delayed after the system clock was set back. Logs a warning, and leaves `clock` unchanged, if the event is
// more than kMaxResumedLead ahead of the system clock. Returns the store's errors.
absl::Status ResumeClock(Store& store, SystemClock& clock, Log& log, Deadline deadline);

}  // namespace keelson
