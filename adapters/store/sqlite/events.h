#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

class SqliteEventReader : public EventReader {
 public:
  explicit SqliteEventReader(Connection& connection);
  absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) override;
  Found<Event> FindLast() override;

 private:
  Connection& connection_;
  Query list_after_;
  Query find_last_;
};

// Numbers and chains events as they are inserted. Only the writer inserts any, so it knows the last one
// without asking: it takes the head before a unit of work and puts it back where the unit is undone.
class SqliteEvents : public EventRepository {
 public:
  // The last event's sequence and hash; zeros before the first.
  struct Head {
    std::int64_t sequence = 0;
    Sha256Digest hash{};
  };

  explicit SqliteEvents(Connection& connection);

  absl::Status Append(const Event& event) override;

  const Head& head() const { return head_; }
  void Restore(const Head& head) { head_ = head; }
  // From what is stored.
  absl::Status Load();

 private:
  Connection& connection_;
  Query insert_;
  Query find_head_;
  Head head_;
};

}  // namespace keelson
