#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/common/clock.h"
#include "core/refunds/refund_policy.h"
#include "core/store/store.h"

namespace keelson {

// Replaces the refund policy of this process, and records the change as an event.
//
// CheckRefund, CreateRefund and RetryRefund read the current policy once, at the start of the call, so that
// every refund is judged by exactly one policy. A call that began before the change may commit after the
// event.
//
// Each instance that shares a store has its own policy, and records its own events.
class ChangeRefundPolicy {
 public:
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(5);

  ChangeRefundPolicy(Store& store, Clock& clock, RefundPolicies& policies)
      : store_(store), clock_(clock), policies_(policies) {}

  // Does nothing if `policy` is the current policy. Otherwise stores the event refunds.policy_changed with
  // both policies, and then replaces the current policy. If the event can't be stored, the current policy
  // stays, and the result is the store's error; if the store does not know whether it has stored the event, a
  // repeated call may store a second event. Blocks. Thread-safe: concurrent calls run one after another.
  absl::Status Handle(RefundPolicy policy);

 private:
  absl::Status Record(const RefundPolicy& before, const RefundPolicy& after);

  Store& store_;
  Clock& clock_;
  absl::Mutex mutex_;
  RefundPolicies& policies_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
