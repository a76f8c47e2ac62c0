#pragma once

#include "adapters/store/postgres/session.h"
#include "core/store/expiry_repository.h"

namespace keelson {

class PgExpiry final : public ExpiryRepository {
 public:
  explicit PgExpiry(PgSession& session) : session_(session) {}
  absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
