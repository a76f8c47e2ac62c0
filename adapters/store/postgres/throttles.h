#pragma once

#include "adapters/store/postgres/session.h"
#include "core/sessions/session_repository.h"

namespace keelson {

class PgThrottles final : public ThrottleRepository {
 public:
  explicit PgThrottles(PgSession& session) : session_(session) {}

  Found<Throttle> FindForUpdate(const Fingerprint& key) override;
  absl::Status Put(const Throttle& throttle) override;
  absl::Status Delete(const Fingerprint& key) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
