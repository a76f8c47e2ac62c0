#pragma once

#include "adapters/store/postgres/session.h"
#include "core/store/idempotency_repository.h"

namespace keelson {

class PgWriteSession;

// Reads stored responses.
class PgAnswers final : public IdempotencyReader {
 public:
  explicit PgAnswers(PgSession& session) : session_(session) {}
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;

 private:
  PgSession& session_;
};

// Also records responses. Find returns no record, without a query, while NewRequestIds assumes that there is
// none.
class PgIdempotency final : public IdempotencyRepository {
 public:
  explicit PgIdempotency(PgWriteSession& session) : session_(session) {}
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;
  absl::Status Insert(const IdempotencyRecord& record) override;

 private:
  PgWriteSession& session_;
};

}  // namespace keelson
