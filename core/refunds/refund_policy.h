#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/money.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"

namespace keelson {

// Configuration of the refund rules for one reason.
struct RefundTerms {
  // Time after delivery in which an order can be refunded.
  absl::Duration window = absl::Hours(720);
  // The states in which an order can be refunded.
  std::set<OrderState> states = {OrderState::kDelivered};
  // False: a refund must cover the whole refundable amount.
  bool partial = true;
  // Maximum number of refunds of one order. FAILED, REJECTED and CANCELLED refunds do not count.
  std::int64_t max_per_order = 10;
  // Approval threshold by currency, in minor units: a refund waits for approval if the order's refunds,
  // including the new refund, exceed the threshold. Refunds in other currencies need no approval.
  std::map<Currency, std::int64_t> approval_above;

  bool operator==(const RefundTerms&) const = default;
};

// The terms of every reason: the terms in `by_reason`, otherwise the policy's own terms.
struct RefundPolicy : RefundTerms {
  std::map<RefundReason, RefundTerms> by_reason;

  const RefundTerms& TermsFor(RefundReason reason) const {
    const auto found = by_reason.find(reason);
    return found == by_reason.end() ? *this : found->second;
  }

  bool operator==(const RefundPolicy&) const = default;
};

// The policy of a configuration that sets no key. NOT_RECEIVED also allows refunds of SHIPPED orders, and
// ORDER_CANCELLED of CANCELLED orders.
RefundPolicy DefaultRefundPolicy();

// Returns the policy as a JSON object with the names of the configuration keys. "reasons" holds, for each
// reason, only the terms that differ from the policy's own terms.
std::string ToJson(const RefundPolicy& policy);

// The current policy, which may be replaced at any time. Thread-safe.
class RefundPolicies {
 public:
  explicit RefundPolicies(RefundPolicy policy)
      : current_(std::make_shared<const RefundPolicy>(std::move(policy))) {}

  // Returns the current policy, which stays valid and unchanged.
  std::shared_ptr<const RefundPolicy> Current() const {
    const absl::MutexLock lock(&mutex_);
    return current_;
  }
  void Replace(std::shared_ptr<const RefundPolicy> policy) {
    const absl::MutexLock lock(&mutex_);
    current_ = std::move(policy);
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const RefundPolicy> current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
