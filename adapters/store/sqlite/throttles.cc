#include "adapters/store/sqlite/throttles.h"

namespace keelson {
namespace {

constexpr auto kFindThrottle = "SELECT " + kColumnNames<Throttle> + " FROM sign_in_throttles WHERE key = ?";
constexpr auto kPutThrottle = kInsertInto<SqlDialect::kSqlite, Throttle, "sign_in_throttles"> +
                              " ON CONFLICT (key) DO UPDATE SET " + kExcludedAssignments<Throttle>;
constexpr Sql kDeleteThrottle = "DELETE FROM sign_in_throttles WHERE key = ?";

}  // namespace

SqliteThrottles::SqliteThrottles(Connection& connection)
    : connection_(connection),
      find_(connection, kFindThrottle),
      put_(connection, kPutThrottle),
      delete_(connection, kDeleteThrottle) {}

Found<Throttle> SqliteThrottles::FindForUpdate(const Fingerprint& key) {
  return connection_.CatchErrors([&]() -> Found<Throttle> {
    Rows rows = find_.Select(key);
    if (!rows.Next()) return std::nullopt;
    return rows.ReadRow<Throttle>();
  });
}

absl::Status SqliteThrottles::Put(const Throttle& throttle) {
  return connection_.CatchErrors([&] {
    put_.ExecuteRow(throttle);
    return absl::OkStatus();
  });
}

absl::Status SqliteThrottles::Delete(const Fingerprint& key) {
  return connection_.CatchErrors([&] {
    delete_.Execute(key);
    return absl::OkStatus();
  });
}

}  // namespace keelson
