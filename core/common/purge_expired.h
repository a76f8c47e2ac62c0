#pragma once

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/store.h"

namespace keelson {

// Deletes tokens, cooldowns and idempotency records that have run out. Safe to run everywhere at once.
class PurgeExpired {
 public:
  static constexpr int kBatch = 500;

  PurgeExpired(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // One batch; true where more may be left.
  absl::StatusOr<bool> operator()();

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
