#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/orders/order.h"
#include "core/refunds/payment_provider.h"
#include "core/refunds/refund.h"
#include "core/refunds/settlement_policy.h"
#include "core/store/store.h"

namespace keelson {

// A claimed refund after its attempt.
struct AttemptedRefund {
  // The refund as claimed; `attempts` is the fencing token.
  Refund refund;
  // nullopt: the provider was not called.
  std::optional<PaymentOutcome> outcome;
  // Whether a pending refund waits for the confirmation of a person.
  bool needs_confirmation = false;
};

// Saves the outcomes of attempts. Ignores the outcome of an attempt if a later attempt has begun. A definite
// outcome also changes the order, appends an event and queues an e-mail to the customer; a zero-amount refund
// causes no e-mail. Thread-safe.
class SaveOutcomes {
 public:
  SaveOutcomes(Store& store, Clock& clock, Entropy& entropy, IdGenerator& ids, const SettlementPolicy& policy)
      : store_(store), clock_(clock), entropy_(entropy), ids_(ids), policy_(policy) {}

  // Saves the outcomes in one transaction. Blocks on the store. Returns the store's errors.
  absl::Status Handle(std::span<const AttemptedRefund> attempted) const;

 private:
  using Orders = std::map<OrderId, Order>;

  absl::Status Save(WriteTransaction& tx, std::span<const AttemptedRefund> attempted) const;
  absl::Status Settle(WriteTransaction& tx, Order& order, Refund& refund,
                      const PaymentOutcome& outcome) const;
  absl::Status Postpone(WriteTransaction& tx, Refund& refund, const AttemptedRefund& attempted) const;

  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  IdGenerator& ids_;
  const SettlementPolicy policy_;
};

}  // namespace keelson
