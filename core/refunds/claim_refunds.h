#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/deadline.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

// Timeout of each store call of the settlement.
inline constexpr absl::Duration kSettlementStoreTimeout = absl::Seconds(30);

struct ProviderCapacity {
  std::string_view provider;
  // Maximum number of refunds to claim; zero: none.
  int capacity = 0;
};

// A refund whose attempt has been recorded.
struct ClaimedRefund {
  Refund refund;
  // Whether an earlier attempt under the same idempotency key has begun.
  bool repeated = false;
  // No attempt under this idempotency key began earlier.
  absl::Time not_before;
};

// Claims due refunds: begins an attempt of each, under a lease until `now` + `lease`. Also claims refunds of
// providers that are not in `capacities`, so that they can be marked as waiting for the configuration. Blocks
// on the store: a read, a read for each provider, and one write if any refund is due. Returns the store's
// errors.
absl::StatusOr<std::vector<ClaimedRefund>> ClaimRefunds(Store& store,
                                                        std::span<const ProviderCapacity> capacities,
                                                        absl::Time now, absl::Duration lease);

// Makes the PROCESSING refunds `refunds` due at once, except those that have changed since they were read.
// Returns how many are due. Blocks for a write, at most until `deadline`. Returns the store's errors.
absl::StatusOr<int> MakeDue(Store& store, const std::vector<Refund>& refunds, absl::Time now,
                            Deadline deadline);

// Makes the refunds due at once whose lease has not expired. Call it only if no process holds a lease. Blocks
// for a read and a write. Returns the store's errors.
absl::Status ReleaseLeases(Store& store, absl::Time now, absl::Duration lease);

}  // namespace keelson
