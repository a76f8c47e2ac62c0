#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/accounts/user_repository.h"

namespace keelson {

class SqliteCooldowns : public CooldownRepository {
 public:
  explicit SqliteCooldowns(Connection& connection);
  absl::StatusOr<bool> TryStart(const Fingerprint& key, absl::Time now, absl::Time until) override;
  absl::Status Delete(const Fingerprint& key) override;

 private:
  Connection& connection_;
  Query start_;
  Query delete_;
};

}  // namespace keelson
