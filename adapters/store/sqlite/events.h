#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

class SqliteEventReader : public EventReader {
 public:
  explicit SqliteEventReader(Connection& connection);
  absl::StatusOr<std::vector<Event>> ListAfter(std::int64_t sequence, int limit) override;
  absl::StatusOr<std::vector<Event>> ListOfUser(UserId user_id, std::int64_t sequence, int limit) override;
  Found<Event> FindLast() override;

 private:
  template <typename... Args>
  absl::StatusOr<std::vector<Event>> List(Query& query, const Args&... args);

  Connection& connection_;
  Query list_after_;
  Query list_of_user_;
  Query find_last_;
};

// Assigns sequence numbers and chained hashes when events are inserted.
//
// Why the head (the last event) is kept in memory: only the writer thread inserts events, so no query for the
// last event is needed before an insertion. The writer saves the head before a unit of work and restores it
// when the unit is rolled back. Not thread-safe.
class SqliteEvents : public EventRepository {
 public:
  // The sequence number and hash of the last event; zeros if there are no events.
  struct Head {
    std::int64_t sequence = 0;
    Sha256Digest hash{};
  };

  explicit SqliteEvents(Connection& connection);

  absl::Status Append(const Event& event) override;

  const Head& head() const { return head_; }
  void Restore(const Head& head) { head_ = head; }
  // Reads the head from the database: at the start, and after a failed transaction.
  absl::Status Load();

 private:
  Connection& connection_;
  Query insert_;
  Query find_head_;
  Head head_;
};

}  // namespace keelson
