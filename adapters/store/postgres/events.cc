#include "adapters/store/postgres/events.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/listing.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

constexpr auto kInsertIntoInbox = kInsertInto<SqlDialect::kPostgres, Event, "event_inbox", PgInboxColumns>;
constexpr auto kInsertManyIntoInbox = "INSERT INTO event_inbox (" + kColumnNames<Event, PgInboxColumns> +
                                      ") SELECT * FROM unnest(" +
                                      kParameters<SqlDialect::kPostgres, Event, PgInboxColumns> + ")";
constexpr auto kSelectEvent = "SELECT " + kColumnNames<Event> + " FROM events ";
constexpr auto kListEventsAfter = kSelectEvent + "WHERE sequence > $1 ORDER BY sequence LIMIT $2";
constexpr auto kListEventsOfUser =
    kSelectEvent + "WHERE user_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
constexpr auto kFindLastEvent = kSelectEvent + "ORDER BY sequence DESC LIMIT 1";

}  // namespace

absl::Status PgEvents::Append(const Event& e) {
  return session_.CatchErrors([&] {
    InsertRow<PgInboxColumns>(session_, kInsertIntoInbox, e);
    return absl::OkStatus();
  });
}

absl::Status PgEvents::AppendMany(const std::vector<Event>& events) {
  return session_.CatchErrors([&] {
    if (events.empty()) return absl::OkStatus();
    WithColumnArrays<PgInboxColumns>(
        events, [&](const auto&... columns) { session_.Execute(kInsertManyIntoInbox, columns...); });
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<Event>> PgEventReader::ListAfter(std::int64_t sequence, int limit) {
  RETURN_IF_ERROR(sequencer_.CatchUp(deadline_));
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Event>> {
    return ReadRows<Event>(session_.Select(kListEventsAfter, sequence, LimitParameter(limit)));
  });
}

absl::StatusOr<std::vector<Event>> PgEventReader::ListOfUser(UserId user_id, std::int64_t sequence,
                                                             int limit) {
  RETURN_IF_ERROR(sequencer_.CatchUp(deadline_));
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Event>> {
    return ReadRows<Event>(session_.Select(kListEventsOfUser, user_id, sequence, LimitParameter(limit)));
  });
}

Found<Event> PgEventReader::FindLast() {
  RETURN_IF_ERROR(sequencer_.CatchUp(deadline_));
  return session_.CatchErrors(
      [&]() -> Found<Event> { return ReadOneRow<Event>(session_.Select(kFindLastEvent)); });
}

}  // namespace keelson
