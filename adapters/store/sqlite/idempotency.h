#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/store/idempotency_repository.h"

namespace keelson {

class SqliteIdempotency : public IdempotencyRepository {
 public:
  explicit SqliteIdempotency(Connection& connection);
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;
  absl::Status Insert(const IdempotencyRecord& record) override;
  absl::Status EraseUser(UserId user_id) override;

 private:
  Connection& connection_;
  Query find_;
  Query insert_;
  Query erase_user_;
};

}  // namespace keelson
