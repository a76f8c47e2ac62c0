#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "core/common/deadline.h"
#include "core/common/log.h"
#include "core/store/store.h"

namespace keelson {

// A lead over the system's clock that is larger than this is not resumed: then the stored time is the wrong
// one.
inline constexpr absl::Duration kMaxResumedLead = absl::Hours(24);

// Starts `clock` no earlier than the last event of the store. Where the system's clock was set back since,
// due times would otherwise lie ahead by as much, and refunds and messages would wait for them. Logs a
// warning where the event is dated more than kMaxResumedLead ahead. Errors: the store's.
absl::Status ResumeClock(Store& store, SystemClock& clock, Log& log, Deadline deadline);

}  // namespace keelson
