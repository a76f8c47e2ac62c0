#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/common/found.h"
#include "core/common/status_macros.h"
#include "core/events/event.h"

namespace keelson {

// A store may number the committed events when a Read calls a method of EventReader as its first read. A Read
// that reads other entities first may miss the events of the last changes.
class EventReader {
 public:
  virtual ~EventReader() = default;
  // Returns at most `limit` committed events with a greater sequence, in ascending order.
  virtual absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) = 0;
  // Like ListAfter, but only the events with this user_id. The cost does not depend on other events.
  virtual absl::StatusOr<std::vector<Event>> ListOfUser(UserId user_id, std::int64_t sequence, int limit) = 0;
  // Returns the committed event with the greatest sequence.
  virtual Found<Event> FindLast() = 0;
};

class EventRepository {
 public:
  virtual ~EventRepository() = default;
  // The store numbers events from 1 without gaps, in commit order, and chains them (ChainedHash).
  virtual absl::Status Append(const Event& event) = 0;
  // Appends the events in their order.
  virtual absl::Status AppendMany(const std::vector<Event>& events) {
    for (const Event& event : events) RETURN_IF_ERROR(Append(event));
    return absl::OkStatus();
  }
};

}  // namespace keelson
