#include "adapters/store/postgres/idempotency.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/write_session.h"

namespace keelson {
namespace {

constexpr auto kFindIdempotencyRecord =
    "SELECT " + kColumnNames<IdempotencyRecord> + " FROM idempotency WHERE key = $1";
constexpr auto kInsertIdempotencyRecord =
    kInsertInto<SqlDialect::kPostgres, IdempotencyRecord, "idempotency">;
constexpr Sql kEraseAnswers =
    "UPDATE idempotency SET content = '00000000-0000-0000-0000-000000000000', answer = '' WHERE user_id = $1";

}  // namespace

Found<IdempotencyRecord> PgIdempotencyReader::Find(const Fingerprint& key) {
  return session_.CatchErrors([&]() -> Found<IdempotencyRecord> {
    return ReadOneRow<IdempotencyRecord>(session_.SelectOne(kFindIdempotencyRecord, key));
  });
}

Found<IdempotencyRecord> PgIdempotency::Find(const Fingerprint& key) {
  if (session_.new_request_ids().Assume(key)) return std::nullopt;
  return PgIdempotencyReader(session_).Find(key);
}

absl::Status PgIdempotency::Insert(const IdempotencyRecord& record) {
  return session_.CatchErrors([&] {
    InsertRow(session_, kInsertIdempotencyRecord, record);
    session_.new_request_ids().Confirm(record.key);
    return absl::OkStatus();
  });
}

absl::Status PgIdempotency::EraseUser(UserId user_id) {
  return session_.CatchErrors([&] {
    session_.Execute(kEraseAnswers, user_id);
    return absl::OkStatus();
  });
}

}  // namespace keelson
