#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace keelson {

struct ExpiryBounds {
  // Tokens and cooldowns that have run out by then,
  absl::Time now;
  // answers from before this time,
  absl::Time answers_before;
  // and messages that were sent, given up or cancelled before this one.
  absl::Time messages_before;
};

class ExpiryRepository {
 public:
  virtual ~ExpiryRepository() = default;
  // Deletes what has run out, at most `limit` rows of each kind; true where more may be left.
  virtual absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) = 0;
};

}  // namespace keelson
