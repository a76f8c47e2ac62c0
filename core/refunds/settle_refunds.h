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

// Executes approved refunds: claims due refunds, calls the payment provider without a lock, and stores the
// outcome. Any number of processes may run SettleRefunds and be killed at any time: an attempt without a
// definite outcome is repeated under the same idempotency key.
class SettleRefunds {
 public:
  static constexpr int kBatch = 64;
  static constexpr absl::Duration kAttemptTimeout = absl::Seconds(30);
  // Lease of a claimed refund. After the lease expires, another process may retry the refund if the attempt
  // has no outcome.
  static constexpr absl::Duration kLease = absl::Minutes(2);
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);
  // Maximum duration of one batch: attempts end before the lease expires, then their outcomes are stored.
  static absl::Duration LongestRun() { return kLease + kStoreTimeout; }

  // A refund whose payment went through another provider waits until that provider is configured. A
  // zero-amount refund succeeds without a call to the provider and without an e-mail to the customer.
  SettleRefunds(Store& store, Clock& clock, Entropy& entropy, IdGenerator& ids, Log& log,
                PaymentProvider& provider)
      : store_(store), clock_(clock), entropy_(entropy), ids_(ids), log_(log), provider_(provider) {}

  // Settles one batch and returns the number of claimed refunds. Blocks on the store and the provider.
  // Returns the store's errors.
  absl::StatusOr<int> Handle();

 private:
  struct Attempt {
    Refund refund;
    PaymentOutcome outcome;
  };

  absl::StatusOr<std::vector<Refund>> Claim();
  PaymentOutcome RequestRefund(const Refund& refund);
  // Saves the outcomes of the attempts, and appends the attempts without a definite outcome to `postponed`.
  absl::Status SettleAll(WriteTransaction& tx, const std::vector<Attempt>& attempts,
                         std::vector<Attempt>& postponed);
  absl::StatusOr<std::vector<Attempt>> FindCurrent(WriteTransaction& tx, const std::vector<Attempt>& attempts,
                                                   std::vector<Attempt>& postponed);
  absl::Status Settle(WriteTransaction& tx, Order& order, Attempt& attempt);
  absl::Status Postpone(WriteTransaction& tx, Refund refund, const PaymentOutcome& outcome);
  absl::Status NotifyOfOutcome(WriteTransaction& tx, const Order& order, const User& owner,
                               const Refund& refund);

  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  IdGenerator& ids_;
  Log& log_;
  PaymentProvider& provider_;
};

}  // namespace keelson
