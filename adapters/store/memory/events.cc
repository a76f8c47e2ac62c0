#include "adapters/store/memory/events.h"

#include <algorithm>

namespace keelson {

absl::Status MemoryEvents::Append(const Event& event) {
  Event numbered = event;
  numbered.sequence = static_cast<std::int64_t>(events_.size()) + 1;
  numbered.hash = ChainedHash(events_.empty() ? Sha256Digest{} : events_.back().hash, numbered);
  events_.push_back(std::move(numbered));
  journal_.Record([this] { events_.pop_back(); });
  return absl::OkStatus();
}

absl::Status MemoryEvents::InsertNumbered(const Event& event) {
  if (event.sequence != static_cast<std::int64_t>(events_.size()) + 1) {
    return journal_.Fail(absl::InternalError(
        "the event's sequence number must be one more than the sequence number of the last event"));
  }
  events_.push_back(event);
  journal_.Record([this] { events_.pop_back(); });
  return absl::OkStatus();
}

std::vector<Event> MemoryEvents::ListRowsAfter(std::string_view after, int limit) const {
  return ListFrom(NumberInKey(after), limit);
}

absl::StatusOr<std::vector<Event>> MemoryEvents::ListAfter(std::int64_t sequence, int limit) {
  return ListFrom(sequence, limit);
}

absl::StatusOr<std::vector<Event>> MemoryEvents::ListOfUser(UserId user_id, std::int64_t sequence,
                                                            int limit) {
  std::vector<Event> events;
  for (const Event& event : events_) {
    if (static_cast<int>(events.size()) >= limit) break;
    if (event.sequence > sequence && event.user_id == user_id) events.push_back(event);
  }
  return events;
}

Found<Event> MemoryEvents::FindLast() {
  return events_.empty() ? std::nullopt : std::optional<Event>(events_.back());
}

std::vector<Event> MemoryEvents::ListFrom(std::int64_t sequence, int limit) const {
  const auto size = static_cast<std::int64_t>(events_.size());
  const std::int64_t begin = std::clamp<std::int64_t>(sequence, 0, size);
  const std::int64_t count = std::clamp<std::int64_t>(limit, 0, size - begin);
  return std::vector<Event>(events_.begin() + begin, events_.begin() + begin + count);
}

}  // namespace keelson
