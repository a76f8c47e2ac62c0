#include "adapters/store/memory/refunds.h"

#include <algorithm>

#include "adapters/store/memory/invariants.h"
#include "adapters/store/memory/listing.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

bool Matches(const RefundFilter& filter, const RefundFields& fields) {
  return MatchesCommon(filter, fields) && MatchesLabel(filter, fields) &&
         (filter.payment_reference.empty() || fields.payment_reference == filter.payment_reference) &&
         (!filter.user_id || fields.user_id == *filter.user_id) &&
         (!filter.order_id || fields.order_id == *filter.order_id);
}

}  // namespace

Found<Refund> MemoryRefunds::Find(RefundId id) {
  const Refund* refund = refunds_.Find(id);
  return refund ? std::optional<Refund>(*refund) : std::nullopt;
}

absl::StatusOr<std::vector<Refund>> MemoryRefunds::List(const RefundFilter& filter,
                                                        std::optional<ListPosition> before, int limit) {
  const auto matches = [&](const Refund& refund) { return Matches(filter, refund.fields()); };
  if (!filter.order_id) {
    return ListNewestFirst(by_position_.rows(), refunds_.rows(), matches, before, limit);
  }
  std::map<ListPosition, RefundId> of_order;
  for (auto row = by_order_.rows().lower_bound({*filter.order_id, RefundId()});
       row != by_order_.rows().end() && row->first.first == *filter.order_id; ++row) {
    of_order.emplace(PositionOf(*refunds_.Find(row->first.second)), row->first.second);
  }
  return ListNewestFirst(of_order, refunds_.rows(), matches, before, limit);
}

absl::StatusOr<std::vector<Refund>> MemoryRefunds::ListDue(std::string_view provider, absl::Time now,
                                                           int limit) {
  std::vector<Refund> refunds;
  for (auto row = due_.rows().lower_bound({std::string(provider), absl::InfinitePast(), RefundId()});
       row != due_.rows().end() && static_cast<int>(refunds.size()) < limit; ++row) {
    const auto& [name, due_time, id] = row->first;
    if (name != provider || due_time > now) break;
    refunds.push_back(*refunds_.Find(id));
  }
  return refunds;
}

absl::StatusOr<std::vector<std::string>> MemoryRefunds::ListDueProviders() {
  std::vector<std::string> providers;
  for (auto row = due_.rows().begin(); row != due_.rows().end();) {
    providers.push_back(std::get<std::string>(row->first));
    row = due_.rows().lower_bound({providers.back(), absl::InfiniteFuture(), RefundId()});
  }
  return providers;
}

absl::StatusOr<std::vector<Refund>> MemoryRefunds::ListLeased(absl::Time after, absl::Time until, int limit) {
  std::vector<Refund> refunds;
  for (const auto& [key, nothing] : due_.rows()) {
    const Refund& refund = *refunds_.Find(std::get<RefundId>(key));
    const bool leased = refund->state == RefundState::kProcessing && refund->failure_code.empty();
    if (leased && *refund->due_time > after && *refund->due_time <= until) refunds.push_back(refund);
  }
  const auto due_first = [](const Refund& a, const Refund& b) {
    return std::tie(a->due_time, a->id) < std::tie(b->due_time, b->id);
  };
  std::sort(refunds.begin(), refunds.end(), due_first);
  if (static_cast<int>(refunds.size()) > limit) {
    refunds.erase(refunds.begin() + limit, refunds.end());
  }
  return refunds;
}

std::optional<MemoryRefunds::DueKey> MemoryRefunds::DueKeyOf(const Refund& refund) {
  const bool open = refund->state == RefundState::kApproved || refund->state == RefundState::kProcessing;
  if (!open || !refund->due_time) return std::nullopt;
  return DueKey(refund->payment_provider, *refund->due_time, refund->id);
}

absl::Status MemoryRefunds::Put(const Refund& refund) {
  RETURN_IF_ERROR(journal_.Fail(CheckInvariants(refund.fields())));
  if (const std::optional<DueKey> due = DueKeyOf(refund)) due_.Put(*due, {});
  refunds_.Put(refund->id, refund);
  return absl::OkStatus();
}

absl::Status MemoryRefunds::Insert(const Refund& refund) {
  if (refunds_.Find(refund->id) != nullptr)
    return journal_.Fail(absl::InternalError("a refund with this id already exists"));
  by_order_.Put({refund->order_id, refund->id}, {});
  by_position_.Put(PositionOf(refund), refund->id);
  return Put(refund);
}

absl::Status MemoryRefunds::Update(const Refund& refund) {
  const Refund* old = refunds_.Find(refund->id);
  if (old == nullptr) return journal_.Fail(absl::InternalError("the refund to update does not exist"));
  if (const std::optional<DueKey> due = DueKeyOf(*old)) due_.Erase(*due);
  return Put(refund);
}

absl::Status MemoryRefunds::EraseNotes(UserId user_id, absl::Time now) {
  std::vector<Refund> erased;
  for (const auto& [id, refund] : refunds_.rows()) {
    if (refund->user_id != user_id || !HasNotes(refund.fields())) continue;
    erased.push_back(refund);
    erased.back().EraseNotes(now);
  }
  for (const Refund& refund : erased) refunds_.Put(refund->id, refund);
  return absl::OkStatus();
}

std::vector<RefundFields> MemoryRefunds::ListAfter(std::string_view after, int limit) const {
  using Key = std::pair<OrderId, RefundId>;
  std::optional<Key> key;
  if (!after.empty()) key.emplace(UuidInKey(after), UuidInKey(after, sizeof(Uuid)));
  return keelson::ListAfter(by_order_.rows(), key, limit, [&](const Key& of_order, std::monostate) {
    return refunds_.Find(of_order.second)->fields();
  });
}

}  // namespace keelson
