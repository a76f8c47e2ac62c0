#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/sessions/session_repository.h"

namespace keelson {

class SqliteThrottles : public ThrottleRepository {
 public:
  explicit SqliteThrottles(Connection& connection);

  Found<Throttle> FindForUpdate(const Fingerprint& key) override;
  absl::Status Put(const Throttle& throttle) override;
  absl::Status Delete(const Fingerprint& key) override;

 private:
  Connection& connection_;
  Query find_;
  Query put_;
  Query delete_;
};

}  // namespace keelson
