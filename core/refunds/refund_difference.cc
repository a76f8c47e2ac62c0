#include "core/refunds/refund_difference.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace keelson {
namespace {

using Outcome = PaymentOutcome::Kind;

struct DifferenceFacts {
  std::string_view name;
  std::string_view explanation;
  DifferenceRepair repair;
};

// In the order of DifferenceKind.
constexpr std::array kDifferences = {
    DifferenceFacts{"NOT_SETTLED_PAID",
                    "the provider has paid, but the refund is not settled; the repair settles the refund",
                    DifferenceRepair::kSettle},
    DifferenceFacts{"NOT_SETTLED_REJECTED",
                    "the provider has rejected the refund, but the refund is not settled; the repair settles "
                    "the refund and releases its amount",
                    DifferenceRepair::kSettle},
    DifferenceFacts{"NOT_DUE",
                    "no attempt of the refund is scheduled in time; the repair makes the refund due at once",
                    DifferenceRepair::kMakeDue},
    DifferenceFacts{
        "LOST_BY_PROVIDER",
        "the provider accepted the refund earlier, but does not know it any more; ask the provider "
        "for the refund before you pay it in another way",
        DifferenceRepair::kNone},
    DifferenceFacts{
        "SUCCEEDED_NOT_FOUND",
        "the refund succeeded here, but the provider does not know it; check whether the customer "
        "got the money",
        DifferenceRepair::kNone},
    DifferenceFacts{
        "SUCCEEDED_REJECTED",
        "the refund succeeded here, but the provider reports that it failed; the customer may not "
        "have got the money: pay it in another way",
        DifferenceRepair::kNone},
    DifferenceFacts{
        "SUCCEEDED_PENDING",
        "the refund succeeded here, but the provider has not paid it yet; if the provider rejects "
        "it later, pay it in another way",
        DifferenceRepair::kNone},
    DifferenceFacts{
        "FAILED_PAID",
        "the refund failed here and its amount is refundable again, but the provider has paid it; "
        "do not refund the amount again",
        DifferenceRepair::kNone},
    DifferenceFacts{
        "FAILED_PENDING",
        "the refund failed here and its amount is refundable again, but the provider will pay it; "
        "cancel the refund at the provider, or do not refund the amount again",
        DifferenceRepair::kNone},
};
static_assert(kDifferences.size() == static_cast<std::size_t>(DifferenceKind::kFailedPending) + 1);

const DifferenceFacts& DifferenceFactsOf(DifferenceKind kind) {
  return kDifferences[static_cast<std::size_t>(kind)];
}

// Whether an attempt has begun and its lease has not expired: its outcome will be saved.
bool IsInProgress(const Refund& refund, absl::Time now) {
  return refund->failure_code.empty() && refund->due_time && *refund->due_time > now;
}

// A provider may ask to wait longer than the policy, at most a day (the bound of Retry-After).
bool IsScheduledTooLate(const Refund& refund, const SettlementPolicy& policy, absl::Time now) {
  constexpr absl::Duration kLongestProviderWait = absl::Hours(24);
  if (!refund->due_time) return true;
  const absl::Duration longest =
      std::max({policy.lease, policy.max_delay, policy.max_pending_interval, kLongestProviderWait});
  return *refund->due_time > now + longest;
}

std::optional<DifferenceKind> OfProcessing(const Refund& refund, Outcome outcome,
                                           const SettlementPolicy& policy, absl::Time now) {
  if (outcome == Outcome::kSucceeded) return DifferenceKind::kNotSettledPaid;
  if (outcome == Outcome::kFailed) return DifferenceKind::kNotSettledRejected;
  if (IsScheduledTooLate(refund, policy, now)) return DifferenceKind::kNotDue;
  // Without the provider's id, the provider has not accepted the refund: the settlement requests it again.
  const bool accepted = !refund->provider_reference.empty();
  if (outcome == Outcome::kNotFound && accepted) return DifferenceKind::kLostByProvider;
  return std::nullopt;
}

std::optional<DifferenceKind> OfSucceeded(Outcome outcome) {
  if (outcome == Outcome::kNotFound) return DifferenceKind::kSucceededNotFound;
  if (outcome == Outcome::kFailed) return DifferenceKind::kSucceededRejected;
  if (outcome == Outcome::kPending) return DifferenceKind::kSucceededPending;
  return std::nullopt;
}

std::optional<DifferenceKind> OfFailed(Outcome outcome) {
  if (outcome == Outcome::kSucceeded) return DifferenceKind::kFailedPaid;
  if (outcome == Outcome::kPending) return DifferenceKind::kFailedPending;
  return std::nullopt;
}

}  // namespace

std::string_view DifferenceName(DifferenceKind kind) {
  return DifferenceFactsOf(kind).name;
}

std::string_view DifferenceExplanation(DifferenceKind kind) {
  return DifferenceFactsOf(kind).explanation;
}

DifferenceRepair RepairOf(DifferenceKind kind) {
  return DifferenceFactsOf(kind).repair;
}

bool NeedsProviderState(const Refund& refund, absl::Time now) {
  if (refund->amount == 0) return false;
  switch (refund->state) {
    case RefundState::kProcessing:
      return !IsInProgress(refund, now) && !AwaitsConfirmation(refund.fields());
    case RefundState::kSucceeded:
      return !refund->provider_reference.empty();
    case RefundState::kFailed:
      return true;
    case RefundState::kRequested:
    case RefundState::kApproved:
    case RefundState::kRejected:
    case RefundState::kCancelled:
      return false;
  }
  return false;
}

bool ShowsProviderState(const PaymentOutcome& outcome) {
  return outcome.kind == Outcome::kSucceeded || outcome.kind == Outcome::kPending ||
         outcome.kind == Outcome::kFailed || outcome.kind == Outcome::kNotFound;
}

std::optional<DifferenceKind> FindDifference(const Refund& refund, const PaymentOutcome& outcome,
                                             const SettlementPolicy& policy, absl::Time now) {
  switch (refund->state) {
    case RefundState::kProcessing:
      return OfProcessing(refund, outcome.kind, policy, now);
    case RefundState::kSucceeded:
      return OfSucceeded(outcome.kind);
    case RefundState::kFailed:
      return OfFailed(outcome.kind);
    case RefundState::kRequested:
    case RefundState::kApproved:
    case RefundState::kRejected:
    case RefundState::kCancelled:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace keelson
