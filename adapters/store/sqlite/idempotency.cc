#include "adapters/store/sqlite/idempotency.h"

namespace keelson {
namespace {

constexpr auto kFindIdempotencyRecord =
    "SELECT " + kColumnNames<IdempotencyRecord> + " FROM idempotency WHERE key = ?";
constexpr Sql kEraseAnswers =
    "UPDATE idempotency SET content = zeroblob(16), answer = zeroblob(0) WHERE user_id = ?";

}  // namespace

SqliteIdempotency::SqliteIdempotency(Connection& connection)
    : connection_(connection),
      find_(connection, kFindIdempotencyRecord),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, IdempotencyRecord, "idempotency">),
      erase_user_(connection, kEraseAnswers) {}

Found<IdempotencyRecord> SqliteIdempotency::Find(const Fingerprint& key) {
  return connection_.CatchErrors([&]() -> Found<IdempotencyRecord> {
    Rows rows = find_.Select(key);
    if (!rows.Next()) return std::nullopt;
    return rows.ReadRow<IdempotencyRecord>();
  });
}

absl::Status SqliteIdempotency::Insert(const IdempotencyRecord& record) {
  return connection_.CatchErrors([&] {
    insert_.ExecuteRow(record);
    return absl::OkStatus();
  });
}

absl::Status SqliteIdempotency::EraseUser(UserId user_id) {
  return connection_.CatchErrors([&] {
    erase_user_.Execute(user_id);
    return absl::OkStatus();
  });
}

}  // namespace keelson
