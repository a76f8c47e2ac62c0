#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace keelson {

struct ExpiryBounds {
  // Deletes tokens, cooldowns, sessions and throttles that expire at or before this time.
  absl::Time now;
  // Deletes idempotency records created before this time.
  absl::Time answers_before;
  // Deletes messages that became SENT, CANCELLED or DEAD before this time.
  absl::Time messages_before;
};

class ExpiryRepository {
 public:
  virtual ~ExpiryRepository() = default;
  // Deletes at most `limit` rows of each kind. Returns true if more expired rows may exist.
  virtual absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) = 0;
};

}  // namespace keelson
