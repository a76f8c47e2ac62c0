#include "adapters/store/postgres/events.h"

#include "adapters/store/postgres/listing.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

Event ReadEvent(const PgResult& result, int row) {
  Event e;
  WithColumns(e, [&](auto&... columns) { result.Read(row, columns...); });
  return e;
}

}  // namespace

absl::Status PgEvents::Append(const Event& e) {
  return session_.CatchErrors([&] {
    session_.Execute(
        "INSERT INTO event_inbox (type, subject, user_id, actor, correlation_id, create_time, payload) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        e.type, e.subject, e.user_id, e.actor, e.correlation_id, e.create_time, PgJson{e.payload});
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<Event>> PgEventReader::ListAfter(std::int64_t sequence, int limit) {
  if (absl::Status numbered = sequencer_.CatchUp(deadline_); !numbered.ok()) return numbered;
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Event>> {
    return ReadRows(session_.Select("SELECT " KEELSON_EVENT_COLUMNS
                                    " FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2",
                                    sequence, LimitParameter(limit)),
                    ReadEvent);
  });
}

Found<Event> PgEventReader::FindLast() {
  if (absl::Status numbered = sequencer_.CatchUp(deadline_); !numbered.ok()) return numbered;
  return session_.CatchErrors([&]() -> Found<Event> {
    const PgResult last =
        session_.Select("SELECT " KEELSON_EVENT_COLUMNS " FROM events ORDER BY sequence DESC LIMIT 1");
    return last.rows() > 0 ? std::optional<Event>(ReadEvent(last, 0)) : std::nullopt;
  });
}

}  // namespace keelson
