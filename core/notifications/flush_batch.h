#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/steady_time.h"
#include "core/notifications/message.h"
#include "core/store/store.h"

namespace keelson {

// The messages that one transaction saves and claims. A plain value.
struct FlushBatch {
  // Timeout of each of the store calls in IsAnyDue and WriteBatch.
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);

  // The messages to save: first the `update_count` pending updates, then the renewed leases. Each message
  // occurs once.
  std::vector<Message> messages;
  std::size_t update_count = 0;
  // Maximum number of messages to claim.
  int capacity = 0;
  absl::Time now;
  // End of the leases that the batch claims or renews, by the time of day.
  absl::Time lease_until;
  // The end of the same leases by the monotonic clock.
  SteadyTime lease_end;

  // Result of WriteBatch: for each of `messages`, whether this process still held the lease.
  std::vector<bool> saved;
  // Result of WriteBatch: the messages that the transaction claimed.
  std::vector<Message> claimed;

  // Whether more messages may be due than were claimed.
  bool is_full() const { return capacity > 0 && static_cast<int>(claimed.size()) == capacity; }
};

// Whether any message is due that the batch could claim. Blocks for one read. Returns the store's errors.
absl::StatusOr<bool> IsAnyDue(Store& store, const FlushBatch& batch);
// Saves the batch's messages with their events, and claims due messages, in one transaction. Blocks.
// Returns the store's errors; the results are undefined after an error.
absl::Status WriteBatch(Store& store, FlushBatch& batch);

}  // namespace keelson
