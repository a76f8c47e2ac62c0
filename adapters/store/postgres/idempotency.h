#pragma once

#include "adapters/store/postgres/session.h"
#include "core/store/idempotency_repository.h"

namespace keelson {

class PgWriteSession;

// Reads idempotency records, for read transactions.
class PgIdempotencyReader final : public IdempotencyReader {
 public:
  explicit PgIdempotencyReader(PgSession& session) : session_(session) {}
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;

 private:
  PgSession& session_;
};

// Reads and inserts idempotency records, for write transactions. While NewRequestIds assumes
// that the request id is new, Find sends no query and reports that no record exists.
class PgIdempotency final : public IdempotencyRepository {
 public:
  explicit PgIdempotency(PgWriteSession& session) : session_(session) {}
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;
  absl::Status Insert(const IdempotencyRecord& record) override;
  absl::Status EraseUser(UserId user_id) override;

 private:
  PgWriteSession& session_;
};

}  // namespace keelson
