#include "adapters/store/postgres/idempotency.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/write_session.h"

namespace keelson {
namespace {

constexpr auto kFindIdempotencyRecord =
    "SELECT " + kColumnNames<IdempotencyRecord> + " FROM idempotency WHERE key = $1";
constexpr auto kInsertIdempotencyRecord =
    kInsertInto<SqlDialect::kPostgres, IdempotencyRecord, "idempotency">;

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

}  // namespace keelson
