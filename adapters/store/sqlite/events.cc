#include "adapters/store/sqlite/events.h"

#include "adapters/store/sqlite/listing.h"

namespace keelson {
namespace {

constexpr auto kSelectEvent = "SELECT " + kColumnNames<Event> + " FROM events ";
constexpr auto kListEventsAfter = kSelectEvent + "WHERE sequence > ? ORDER BY sequence LIMIT ?";
constexpr auto kListEventsOfUser =
    kSelectEvent + "WHERE user_id = ? AND sequence > ? ORDER BY sequence LIMIT ?";
constexpr auto kFindLastEvent = kSelectEvent + "ORDER BY sequence DESC LIMIT 1";
constexpr Sql kFindHead = "SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1";

}  // namespace

SqliteEventReader::SqliteEventReader(Connection& connection)
    : connection_(connection),
      list_after_(connection, kListEventsAfter),
      list_of_user_(connection, kListEventsOfUser),
      find_last_(connection, kFindLastEvent) {}

template <typename... Args>
absl::StatusOr<std::vector<Event>> SqliteEventReader::List(Query& query, const Args&... args) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Event>> {
    std::vector<Event> events;
    Rows rows = query.Select(args...);
    while (rows.Next()) events.push_back(rows.ReadRow<Event>());
    return events;
  });
}

absl::StatusOr<std::vector<Event>> SqliteEventReader::ListAfter(std::int64_t sequence, int limit) {
  return List(list_after_, sequence, LimitParameter(limit));
}

absl::StatusOr<std::vector<Event>> SqliteEventReader::ListOfUser(UserId user_id, std::int64_t sequence,
                                                                 int limit) {
  return List(list_of_user_, user_id, sequence, LimitParameter(limit));
}

Found<Event> SqliteEventReader::FindLast() {
  return connection_.CatchErrors([&]() -> Found<Event> {
    Rows rows = find_last_.Select();
    return rows.Next() ? std::optional<Event>(rows.ReadRow<Event>()) : std::nullopt;
  });
}

SqliteEvents::SqliteEvents(Connection& connection)
    : connection_(connection),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, Event, "events">),
      find_head_(connection, kFindHead) {}

absl::Status SqliteEvents::Append(const Event& event) {
  return connection_.CatchErrors([&] {
    Event numbered = event;
    numbered.sequence = head_.sequence + 1;
    numbered.hash = ChainedHash(head_.hash, numbered);
    insert_.ExecuteRow(numbered);
    head_ = {numbered.sequence, numbered.hash};
    return absl::OkStatus();
  });
}

absl::Status SqliteEvents::Load() {
  return connection_.CatchErrors([&] {
    head_ = {};
    Rows rows = find_head_.Select();
    if (rows.Next()) rows.Read(head_.sequence, head_.hash);
    return absl::OkStatus();
  });
}

}  // namespace keelson
