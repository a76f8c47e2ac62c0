#pragma once

#include "adapters/store/postgres/session.h"
#include "core/accounts/user_repository.h"

namespace keelson {

class PgCooldowns final : public CooldownRepository {
 public:
  explicit PgCooldowns(PgSession& session) : session_(session) {}
  absl::StatusOr<bool> TryStart(const Fingerprint& key, absl::Time now, absl::Time until) override;
  absl::Status Delete(const Fingerprint& key) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
