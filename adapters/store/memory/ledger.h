#pragma once

#include <utility>
#include <vector>

#include "adapters/store/memory/table.h"
#include "core/ledger/ledger_repository.h"

namespace keelson {

class MemoryLedger : public LedgerReader {
 public:
  explicit MemoryLedger(Journal& journal) : journal_(journal), entries_(journal), by_position_(journal) {}

  absl::StatusOr<std::vector<LedgerEntry>> List(const LedgerFilter& filter,
                                                std::optional<ListPosition> before, int limit) override;

  absl::Status Insert(const LedgerEntry& entry);
  // Inserts the entries, except those that exist.
  void InsertNew(const std::vector<LedgerEntry>& entries);

  std::vector<LedgerEntry> ListAfter(std::string_view after, int limit) const;

 private:
  using Key = std::pair<OrderId, LedgerEntryId>;

  Journal& journal_;
  Table<Key, LedgerEntry> entries_;
  Table<std::pair<ListPosition, OrderId>, Key> by_position_;
};

}  // namespace keelson
