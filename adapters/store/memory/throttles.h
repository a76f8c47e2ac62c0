#pragma once

#include <vector>

#include "adapters/store/memory/table.h"
#include "core/sessions/session_repository.h"
#include "core/store/export/rows.h"

namespace keelson {

class MemoryThrottles : public ThrottleRepository {
 public:
  explicit MemoryThrottles(Journal& journal) : journal_(journal), throttles_(journal) {}

  Found<Throttle> FindForUpdate(const Fingerprint& key) override;
  absl::Status Put(const Throttle& throttle) override;
  absl::Status Delete(const Fingerprint& key) override;
  int DeleteExpired(absl::Time now, int limit);

  std::vector<Throttle> ListAfter(std::string_view after, int limit) const;
  absl::Status Insert(const Throttle& throttle);

 private:
  Journal& journal_;
  Table<Fingerprint, Throttle> throttles_;
};

}  // namespace keelson
