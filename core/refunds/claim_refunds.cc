#include "core/refunds/claim_refunds.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "core/common/context.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/refunds/index_by_id.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

// Maximum number of refunds of one provider that is not configured, in one claim.
constexpr int kUnconfiguredCapacity = 64;
// Maximum number of leases that ReleaseLeases releases; further leases expire. A process holds at most
// PaymentQueue::kMaxLoad leases per provider.
constexpr int kMaxLeases = 4096;

int CapacityOf(std::span<const ProviderCapacity> capacities, std::string_view provider) {
  const auto found = std::find_if(capacities.begin(), capacities.end(),
                                  [&](const ProviderCapacity& each) { return each.provider == provider; });
  return found == capacities.end() ? kUnconfiguredCapacity : found->capacity;
}

// Executes one query of the refunds.
template <typename Result>
absl::StatusOr<Result> Query(Store& store,
                             absl::FunctionRef<absl::StatusOr<Result>(RefundReader& refunds)> query) {
  Result result;
  RETURN_IF_ERROR(
      store.Read(Deadline::After(kSettlementStoreTimeout), [&](ReadTransaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(result, query(tx.refunds()));
        return absl::OkStatus();
      }));
  return result;
}

// The queries need no common snapshot: on PostgreSQL, each is one round trip of its own.
absl::StatusOr<std::vector<Refund>> FindDue(Store& store, std::span<const ProviderCapacity> capacities,
                                            absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<std::string> providers,
                   Query<std::vector<std::string>>(
                       store, [](RefundReader& refunds) { return refunds.ListDueProviders(); }));
  std::vector<Refund> due;
  for (const std::string& provider : providers) {
    const int capacity = CapacityOf(capacities, provider);
    if (capacity == 0) continue;
    ASSIGN_OR_RETURN(std::vector<Refund> refunds,
                     Query<std::vector<Refund>>(store, [&](RefundReader& reader) {
                       return reader.ListDue(provider, now, capacity);
                     }));
    std::move(refunds.begin(), refunds.end(), std::back_inserter(due));
  }
  return due;
}

// Locks the candidates and calls `change` for each that has not changed since it was read. Another process
// may have claimed a candidate, or a candidate was cancelled.
absl::Status ForEachUnchanged(WriteTransaction& tx, const std::vector<Refund>& candidates,
                              absl::FunctionRef<absl::Status(const Refund& before, Refund& refund)> change) {
  std::vector<RefundId> ids;
  for (const Refund& candidate : candidates) ids.push_back(candidate->id);
  ASSIGN_OR_RETURN(auto refunds, IndexById<RefundId>(tx.refunds().FindManyForUpdate(ids)));
  for (const Refund& candidate : candidates) {
    const auto found = refunds.find(candidate->id);
    if (found == refunds.end() || found->second->version != candidate->version) continue;
    RETURN_IF_ERROR(change(candidate, found->second));
  }
  return absl::OkStatus();
}

// A decision is the last event before the first attempt; a retry without a decision happens later than both
// times, which the lower bound allows.
absl::Time StartOfAttempts(const Refund& refund) {
  return refund->decide_time.value_or(refund->create_time);
}

}  // namespace

absl::StatusOr<std::vector<ClaimedRefund>> ClaimRefunds(Store& store,
                                                        std::span<const ProviderCapacity> capacities,
                                                        absl::Time now, absl::Duration lease) {
  ASSIGN_OR_RETURN(const std::vector<Refund> due, FindDue(store, capacities, now));
  std::vector<ClaimedRefund> claimed;
  if (due.empty()) return claimed;
  const CallContext context{std::string(kSystem), "", "", Deadline::Never()};
  const auto claim = [&](WriteTransaction& tx) {
    claimed.clear();
    return ForEachUnchanged(tx, due, [&](const Refund& before, Refund& refund) -> absl::Status {
      RETURN_IF_ERROR(refund.BeginAttempt(now + lease, now));
      RETURN_IF_ERROR(tx.refunds().Update(refund));
      // The first attempt under an idempotency key begins in the state APPROVED.
      const bool repeated = before->state == RefundState::kProcessing;
      if (!repeated) {
        RETURN_IF_ERROR(tx.events().Append(RefundSettlementEvent("refund.processing", refund, context, now)));
      }
      const absl::Time not_before = repeated ? StartOfAttempts(refund) : now;
      claimed.push_back({std::move(refund), repeated, not_before});
      return absl::OkStatus();
    });
  };
  RETURN_IF_ERROR(store.Write(Deadline::After(kSettlementStoreTimeout), claim));
  return claimed;
}

absl::StatusOr<int> MakeDue(Store& store, const std::vector<Refund>& refunds, absl::Time now,
                            Deadline deadline) {
  int due = 0;
  if (refunds.empty()) return due;
  RETURN_IF_ERROR(store.Write(deadline, [&](WriteTransaction& tx) {
    due = 0;
    return ForEachUnchanged(tx, refunds, [&](const Refund&, Refund& refund) -> absl::Status {
      RETURN_IF_ERROR(refund.ReleaseLease(now));
      ++due;
      return tx.refunds().Update(refund);
    });
  }));
  return due;
}

absl::Status ReleaseLeases(Store& store, absl::Time now, absl::Duration lease) {
  ASSIGN_OR_RETURN(const std::vector<Refund> leased,
                   Query<std::vector<Refund>>(store, [&](RefundReader& refunds) {
                     return refunds.ListLeased(now, now + lease, kMaxLeases);
                   }));
  return MakeDue(store, leased, now, Deadline::After(kSettlementStoreTimeout)).status();
}

}  // namespace keelson
