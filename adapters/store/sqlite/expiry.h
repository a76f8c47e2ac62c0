#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/store/expiry_repository.h"

namespace keelson {

class SqliteExpiry : public ExpiryRepository {
 public:
  explicit SqliteExpiry(Connection& connection);
  absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) override;

 private:
  Connection& connection_;
  Query delete_tokens_;
  Query delete_cooldowns_;
  Query delete_sessions_;
  Query delete_throttles_;
  Query delete_idempotency_;
  Query delete_messages_;
};

}  // namespace keelson
