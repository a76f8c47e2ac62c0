// Differences between a refund in the store and the same refund at its payment provider.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "core/refunds/payment_provider.h"
#include "core/refunds/refund.h"
#include "core/refunds/settlement_policy.h"

namespace keelson {

enum class DifferenceKind {
  // PROCESSING here; the provider has paid.
  kNotSettledPaid,
  // PROCESSING here; the provider has rejected the refund and moved no money.
  kNotSettledRejected,
  // PROCESSING here, but no attempt is due, or only later than any delay of the settlement.
  kNotDue,
  // PROCESSING here, and the provider accepted the refund earlier; the provider does not know it any more.
  kLostByProvider,
  // SUCCEEDED here; the provider does not know the refund, has rejected it, or has not paid it yet.
  kSucceededNotFound,
  kSucceededRejected,
  kSucceededPending,
  // FAILED here, so that its amount can be refunded again; the provider has paid, or will.
  kFailedPaid,
  kFailedPending,
};

enum class DifferenceRepair {
  // A person must decide: a state whose money may have moved never changes back.
  kNone,
  // Saves the provider's definite outcome, as the settlement does.
  kSettle,
  // Makes the next attempt due at once.
  kMakeDue,
};

// The stable name of the kind, such as "NOT_SETTLED_PAID".
std::string_view DifferenceName(DifferenceKind kind);
// What differs, and what the repair does or a person must do.
std::string_view DifferenceExplanation(DifferenceKind kind);
DifferenceRepair RepairOf(DifferenceKind kind);

// Whether a comparison needs the provider's state of the refund. False for a refund that moves no money, that
// no provider was asked for yet, whose call is in progress at `now`, that a person pays, or that another
// system paid without the provider's id of the refund.
bool NeedsProviderState(const Refund& refund, absl::Time now);
// Whether the outcome of FindRefund shows the state of the refund at the provider.
bool ShowsProviderState(const PaymentOutcome& outcome);

// Returns the difference between a refund for which NeedsProviderState is true and an outcome of FindRefund;
// nullopt if they agree. With an outcome that shows no state, only the facts of the store are compared.
std::optional<DifferenceKind> FindDifference(const Refund& refund, const PaymentOutcome& outcome,
                                             const SettlementPolicy& policy, absl::Time now);

}  // namespace keelson
