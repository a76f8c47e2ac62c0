#include "app/resume_clock.h"

#include <optional>
#include <string>
#include <utility>

#include "core/events/event.h"
#include "core/events/event_repository.h"

namespace keelson {

absl::Status ResumeClock(Store& store, SystemClock& clock, Log& log, Deadline deadline) {
  std::optional<Event> last;
  absl::Status status = store.Read(deadline, [&](ReadTransaction& tx) {
    Found<Event> found = tx.events().FindLast();
    if (found.ok()) last = std::move(*found);
    return found.status();
  });
  if (!status.ok() || !last) return status;
  const absl::Duration lead = last->create_time - clock.Now();
  if (lead <= kMaxResumedLead) {
    clock.StartAt(last->create_time);
  } else {
    log.Write(
        Severity::kWarning, "clock.behind_store",
        "the system clock is more than 24 hours behind the last event in the store: check the system "
        "clock; refunds and messages that were scheduled with the later time wait until the clock reaches "
        "their due time",
        {{"last_event", absl::FormatTime(absl::RFC3339_full, last->create_time, absl::UTCTimeZone())},
         {"lead", absl::FormatDuration(lead)}});
  }
  return absl::OkStatus();
}

}  // namespace keelson
