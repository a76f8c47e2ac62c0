#pragma once

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/store/store.h"

namespace keelson {

// Deletes tokens, cooldowns and idempotency records that have run out, and messages that ended long ago. Safe
// to run everywhere at once.
class PurgeExpired {
 public:
  static constexpr int kBatch = 500;
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);

  // `message_retention`: how long a message is kept once it was sent, given up or cancelled.
  PurgeExpired(Store& store, Clock& clock, absl::Duration message_retention)
      : store_(store), clock_(clock), message_retention_(message_retention) {}
  // One batch; true where more may be left.
  absl::StatusOr<bool> Handle();

 private:
  Store& store_;
  Clock& clock_;
  const absl::Duration message_retention_;
};

}  // namespace keelson
