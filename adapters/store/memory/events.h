#pragma once

#include <vector>

#include "adapters/store/memory/table.h"
#include "core/events/event_repository.h"

namespace keelson {

class MemoryEvents : public EventRepository, public EventReader {
 public:
  explicit MemoryEvents(Journal& journal) : journal_(journal) {}

  absl::Status Append(const Event& event) override;
  absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) override;
  absl::StatusOr<std::vector<Event>> ListOfUser(UserId user_id, std::int64_t sequence, int limit) override;
  Found<Event> FindLast() override;

  std::vector<Event> ListRowsAfter(std::string_view after, int limit) const;
  // Inserts an event with its sequence number and hash unchanged. INTERNAL if the number is not one
  // more than the sequence number of the last event.
  absl::Status InsertNumbered(const Event& event);

 private:
  std::vector<Event> ListFrom(std::int64_t sequence, int limit) const;

  Journal& journal_;
  std::vector<Event> events_;
};

}  // namespace keelson
