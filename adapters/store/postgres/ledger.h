#pragma once

#include "adapters/store/postgres/session.h"
#include "core/ledger/ledger_repository.h"

namespace keelson {

class PgLedger : public LedgerReader {
 public:
  explicit PgLedger(PgSession& session) : session_(session) {}

  absl::StatusOr<std::vector<LedgerEntry>> List(const LedgerFilter& filter,
                                                std::optional<ListPosition> before, int limit) override;

 private:
  PgSession& session_;
};

// Queues one statement that inserts the entries, except those that exist; queues nothing without entries.
void InsertLedgerEntries(PgSession& session, const std::vector<LedgerEntry>& entries);

}  // namespace keelson
