#pragma once

#include "absl/status/status.h"
#include "core/common/found.h"
#include "core/common/id.h"
#include "core/store/idempotency.h"

namespace keelson {

class IdempotencyReader {
 public:
  virtual ~IdempotencyReader() = default;
  virtual Found<IdempotencyRecord> Find(const Fingerprint& key) = 0;
};

class IdempotencyRepository : public IdempotencyReader {
 public:
  virtual absl::Status Insert(const IdempotencyRecord& record) = 0;
  // Clears the answer and the content of every record of the user.
  virtual absl::Status EraseUser(UserId user_id) = 0;
};

}  // namespace keelson
