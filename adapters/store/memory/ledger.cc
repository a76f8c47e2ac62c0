#include "adapters/store/memory/ledger.h"

#include <algorithm>
#include <iterator>

namespace keelson {
namespace {

bool MatchesEntry(const LedgerFilter& filter, const LedgerEntry& entry) {
  const auto& types = filter.types;
  return (!filter.order_id || entry.order_id == *filter.order_id) &&
         (!filter.refund_id || entry.refund_id == filter.refund_id) &&
         (types.empty() || std::find(types.begin(), types.end(), entry.type) != types.end()) &&
         (filter.payment_provider.empty() || entry.payment_provider == filter.payment_provider) &&
         (!filter.created_from || entry.create_time >= *filter.created_from) &&
         (!filter.created_before || entry.create_time < *filter.created_before);
}

}  // namespace

absl::StatusOr<std::vector<LedgerEntry>> MemoryLedger::List(const LedgerFilter& filter,
                                                            std::optional<ListPosition> before, int limit) {
  std::vector<LedgerEntry> found;
  const auto& rows = by_position_.rows();
  auto row = std::make_reverse_iterator(before ? rows.lower_bound({*before, OrderId()}) : rows.end());
  for (; row != rows.rend() && static_cast<int>(found.size()) < limit; ++row) {
    const LedgerEntry& entry = *entries_.Find(row->second);
    if (MatchesEntry(filter, entry)) found.push_back(entry);
  }
  return found;
}

absl::Status MemoryLedger::Insert(const LedgerEntry& entry) {
  const Key key(entry.order_id, entry.id);
  if (entries_.Find(key) != nullptr) {
    return journal_.Fail(absl::InternalError("a ledger entry with this id already exists"));
  }
  entries_.Put(key, entry);
  by_position_.Put({PositionOf(entry), entry.order_id}, key);
  return absl::OkStatus();
}

void MemoryLedger::InsertNew(const std::vector<LedgerEntry>& entries) {
  for (const LedgerEntry& entry : entries) {
    if (entries_.Find({entry.order_id, entry.id}) == nullptr) Insert(entry).IgnoreError();
  }
}

std::vector<LedgerEntry> MemoryLedger::ListAfter(std::string_view after, int limit) const {
  std::optional<Key> key;
  if (!after.empty()) key.emplace(UuidInKey(after), UuidInKey(after, sizeof(Uuid)));
  return keelson::ListAfter(entries_.rows(), key, limit,
                            [](const Key&, const LedgerEntry& entry) { return entry; });
}

}  // namespace keelson
