#pragma once

#include <vector>

#include "adapters/store/memory/table.h"
#include "core/store/idempotency_repository.h"

namespace keelson {

class MemoryIdempotency : public IdempotencyRepository {
 public:
  explicit MemoryIdempotency(Journal& journal) : journal_(journal), records_(journal) {}

  Found<IdempotencyRecord> Find(const Fingerprint& key) override;
  absl::Status Insert(const IdempotencyRecord& record) override;
  absl::Status EraseUser(UserId user_id) override;
  // Deletes at most `limit` records that were created before `before`. Returns their number.
  int DeleteExpired(absl::Time before, int limit);

  std::vector<IdempotencyRecord> ListAfter(std::string_view after, int limit) const;

 private:
  Journal& journal_;
  Table<Fingerprint, IdempotencyRecord> records_;
};

}  // namespace keelson
