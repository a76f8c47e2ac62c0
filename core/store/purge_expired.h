#pragma once

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/store/store.h"

namespace keelson {

// Deletes expired tokens, cooldowns, sessions, throttles and idempotency records, and messages past their
// retention. Any number of processes may run PurgeExpired concurrently.
class PurgeExpired {
 public:
  static constexpr int kBatch = 500;
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);

  // `message_retention`: time from the end_time of a message until its deletion.
  PurgeExpired(Store& store, Clock& clock, absl::Duration message_retention)
      : store_(store), clock_(clock), message_retention_(message_retention) {}
  // Deletes one batch. Blocks. Returns true if more expired rows may exist, or the store's errors.
  absl::StatusOr<bool> Handle();

 private:
  Store& store_;
  Clock& clock_;
  const absl::Duration message_retention_;
};

}  // namespace keelson
