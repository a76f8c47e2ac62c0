#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/log.h"
#include "core/refunds/payment_provider.h"
#include "core/store/store.h"

namespace keelson {

// Brings approved refunds to their end: takes those that are due, asks the payment provider with no lock
// held, and writes the outcome. Safe to run anywhere and to be killed anywhere: an attempt without an outcome
// is repeated under the same key.
class SettleRefunds {
 public:
  static constexpr int kBatch = 64;
  // An attempt's own time, and when another may take over one that was never heard of again.
  static constexpr absl::Duration kAttemptTimeout = absl::Seconds(30);
  static constexpr absl::Duration kLease = absl::Minutes(2);
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);
  // A batch takes no longer, unless it hangs: attempts end with the lease, and their outcomes are written.
  static absl::Duration LongestRun() { return kLease + kStoreTimeout; }

  // A refund whose payment went through another provider waits until that provider is configured. A
  // zero-amount refund succeeds without a call to the provider and without an e-mail to the customer.
  SettleRefunds(Store& store, Clock& clock, Entropy& entropy, IdGenerator& ids, Log& log,
                PaymentProvider& provider)
      : store_(store), clock_(clock), entropy_(entropy), ids_(ids), log_(log), provider_(provider) {}

  // One batch; how many refunds it took.
  absl::StatusOr<int> Handle();

 private:
  struct Attempt {
    Refund refund;
    PaymentOutcome outcome;
  };

  absl::StatusOr<std::vector<Refund>> Claim();
  PaymentOutcome Ask(const Refund& refund);
  absl::Status SettleAll(WriteTransaction& tx, const std::vector<Attempt>& attempts);
  absl::StatusOr<std::vector<Attempt>> FindCurrent(WriteTransaction& tx,
                                                   const std::vector<Attempt>& attempts);
  absl::Status Settle(WriteTransaction& tx, Order& order, Attempt& attempt);
  absl::Status Postpone(WriteTransaction& tx, Refund refund, const PaymentOutcome& outcome);
  absl::Status TellOwner(WriteTransaction& tx, const Order& order, const User& owner, const Refund& refund);

  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  IdGenerator& ids_;
  Log& log_;
  PaymentProvider& provider_;
};

}  // namespace keelson
