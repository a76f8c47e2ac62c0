#include "adapters/store/postgres/ledger.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/listing.h"

namespace keelson {
namespace {

constexpr auto kInsertEntries = "INSERT INTO ledger_entries (" + kColumnNames<LedgerEntry> +
                                ") SELECT * FROM unnest(" + kParameters<SqlDialect::kPostgres, LedgerEntry> +
                                ") ON CONFLICT (order_id, id) DO NOTHING";

}  // namespace

absl::StatusOr<std::vector<LedgerEntry>> PgLedger::List(const LedgerFilter& filter,
                                                        std::optional<ListPosition> before, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<LedgerEntry>> {
    return ReadRows<LedgerEntry>(SelectLedgerPage(session_, filter, before, limit));
  });
}

void InsertLedgerEntries(PgSession& session, const std::vector<LedgerEntry>& entries) {
  if (entries.empty()) return;
  WithColumnArrays(entries, [&](const auto&... columns) { session.Execute(kInsertEntries, columns...); });
}

}  // namespace keelson
