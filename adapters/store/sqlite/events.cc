#include "adapters/store/sqlite/events.h"

#include "adapters/store/sql_columns/columns.h"
#include "adapters/store/sqlite/listing.h"

namespace keelson {
namespace {

Event ReadEvent(Rows& rows) {
  Event e;
  WithColumns(e, [&](auto&... columns) { rows.Read(columns...); });
  return e;
}

}  // namespace

SqliteEventReader::SqliteEventReader(Connection& connection)
    : connection_(connection),
      list_after_(connection, "SELECT " KEELSON_EVENT_COLUMNS
                              " FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?"),
      find_last_(connection, "SELECT " KEELSON_EVENT_COLUMNS " FROM events ORDER BY sequence DESC LIMIT 1") {}

absl::StatusOr<std::vector<Event>> SqliteEventReader::ListAfter(std::int64_t sequence, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Event>> {
    std::vector<Event> events;
    Rows rows = list_after_.Select(sequence, LimitParameter(limit));
    while (rows.Next()) events.push_back(ReadEvent(rows));
    return events;
  });
}

Found<Event> SqliteEventReader::FindLast() {
  return connection_.CatchErrors([&]() -> Found<Event> {
    Rows rows = find_last_.Select();
    return rows.Next() ? std::optional<Event>(ReadEvent(rows)) : std::nullopt;
  });
}

SqliteEvents::SqliteEvents(Connection& connection)
    : connection_(connection),
      insert_(connection,
              "INSERT INTO events (" KEELSON_EVENT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      find_last_(connection, "SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1") {}

absl::Status SqliteEvents::Append(const Event& event) {
  return connection_.CatchErrors([&] {
    Event numbered = event;
    numbered.sequence = head_.sequence + 1;
    const Sha256Digest hash = ChainedHash(head_.hash, numbered);
    insert_.Execute(numbered.sequence, event.type, event.subject, event.user_id, event.actor,
                    event.correlation_id, event.create_time, event.payload, hash);
    head_ = {numbered.sequence, hash};
    return absl::OkStatus();
  });
}

absl::Status SqliteEvents::Load() {
  return connection_.CatchErrors([&] {
    head_ = {};
    Rows rows = find_last_.Select();
    if (rows.Next()) rows.Read(head_.sequence, head_.hash);
    return absl::OkStatus();
  });
}

}  // namespace keelson
