#pragma once

#include "adapters/store/sqlite/listing.h"
#include "adapters/store/sqlite/query.h"
#include "core/ledger/ledger_repository.h"

namespace keelson {

inline constexpr auto kSqliteInsertLedgerEntry =
    kInsertInto<SqlDialect::kSqlite, LedgerEntry, "ledger_entries">;

class SqliteLedger : public LedgerReader {
 public:
  explicit SqliteLedger(Connection& connection);

  absl::StatusOr<std::vector<LedgerEntry>> List(const LedgerFilter& filter,
                                                std::optional<ListPosition> before, int limit) override;

 private:
  std::vector<std::string> Providers();

  Connection& connection_;
  Query list_of_order_;
  Query list_of_provider_;
  Query next_provider_;
};

}  // namespace keelson
