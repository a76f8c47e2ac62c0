#include "adapters/store/postgres/throttles.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/locks.h"

namespace keelson {
namespace {

constexpr auto kFindThrottle =
    "SELECT " + kColumnNames<Throttle> + " FROM sign_in_throttles WHERE key = $1 FOR UPDATE";
constexpr auto kPutThrottle = kInsertInto<SqlDialect::kPostgres, Throttle, "sign_in_throttles"> +
                              " ON CONFLICT (key) DO UPDATE SET " + kExcludedAssignments<Throttle>;
constexpr Sql kDeleteThrottle = "DELETE FROM sign_in_throttles WHERE key = $1";

}  // namespace

// A row lock can't serialize transactions on a row that does not exist yet. The advisory lock can, and writes
// nothing, unlike an INSERT … ON CONFLICT of an empty row, which leaves that row behind if the transaction
// does not Put one. The lock is the first of two statements of one round trip: the second statement takes its
// snapshot after the wait, so that it sees the other transaction's Put. FOR UPDATE excludes Delete and the
// purge, which take no advisory lock.
Found<Throttle> PgThrottles::FindForUpdate(const Fingerprint& key) {
  return session_.CatchErrors([&]() -> Found<Throttle> {
    session_.Execute(kPgTakeLock, LockOf(key));
    return ReadOneRow<Throttle>(session_.Select(kFindThrottle, key));
  });
}

absl::Status PgThrottles::Put(const Throttle& throttle) {
  return session_.CatchErrors([&] {
    InsertRow(session_, kPutThrottle, throttle);
    return absl::OkStatus();
  });
}

absl::Status PgThrottles::Delete(const Fingerprint& key) {
  return session_.CatchErrors([&] {
    session_.Execute(kDeleteThrottle, key);
    return absl::OkStatus();
  });
}

}  // namespace keelson
