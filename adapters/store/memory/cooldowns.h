#pragma once

#include <vector>

#include "adapters/store/memory/table.h"
#include "core/accounts/user_repository.h"
#include "core/store/export/rows.h"

namespace keelson {

class MemoryCooldowns : public CooldownRepository {
 public:
  explicit MemoryCooldowns(Journal& journal) : journal_(journal), until_(journal) {}

  absl::StatusOr<bool> TryStart(const Fingerprint& key, absl::Time now, absl::Time until) override;
  absl::Status Delete(const Fingerprint& key) override;
  int DeleteExpired(absl::Time now, int limit);

  std::vector<Cooldown> ListAfter(std::string_view after, int limit) const;
  absl::Status Insert(const Cooldown& cooldown);

 private:
  Journal& journal_;
  Table<Fingerprint, absl::Time> until_;
};

}  // namespace keelson
