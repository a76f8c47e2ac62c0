#include "adapters/store/sqlite/ledger.h"

#include <string>
#include <utility>

#include "core/store/list_query.h"

namespace keelson {
namespace {

constexpr auto kSelectEntries = "SELECT " + kColumnNames<LedgerEntry> + " FROM ledger_entries ";

// Further parameters: ?4 is a bit set of types, ?6 the payment provider, or an empty text for every provider,
// ?7 the order and ?8 the refund, or NULL. An order has few entries: the filters are applied row by row.
constexpr auto kListEntriesOfOrder =
    kSelectEntries +
    "WHERE order_id = coalesce(?7, (SELECT order_id FROM refunds WHERE id = ?8)) AND (?8 IS NULL OR "
    "refund_id = "
    "?8) AND (?6 = '' OR payment_provider = ?6) AND ((?4 >> type) & 1) = 1 AND " +
    kInListRange + kListOrder;

// Selects the entries of one type, by the index that has them in list order.
template <LedgerEntryType type>
constexpr auto kEntriesOfType =
    kSelectEntries +
    "INDEXED BY ledger_entries_by_provider WHERE payment_provider = ?6 AND type = " + kSqlNumber<type> +
    " AND ((?4 >> " + kSqlNumber<type> + ") & 1) = 1 AND " + kInListRange;
constexpr auto kListEntriesOfProvider = kEntriesOfType<LedgerEntryType::kPayment> + " UNION ALL " +
                                        kEntriesOfType<LedgerEntryType::kRefundHold> + " UNION ALL " +
                                        kEntriesOfType<LedgerEntryType::kRefundRelease> + " UNION ALL " +
                                        kEntriesOfType<LedgerEntryType::kRefundPayout> + kListOrder;

constexpr Sql kNextProvider =
    "SELECT payment_provider FROM ledger_entries INDEXED BY ledger_entries_by_provider "
    "WHERE payment_provider >= ? ORDER BY payment_provider LIMIT 1";

std::vector<LedgerEntry> ReadEntries(Rows rows) {
  std::vector<LedgerEntry> entries;
  while (rows.Next()) entries.push_back(rows.ReadRow<LedgerEntry>());
  return entries;
}

}  // namespace

SqliteLedger::SqliteLedger(Connection& connection)
    : connection_(connection),
      list_of_order_(connection, kListEntriesOfOrder),
      list_of_provider_(connection, kListEntriesOfProvider),
      next_provider_(connection, kNextProvider) {}

// Reads one index entry for each provider.
std::vector<std::string> SqliteLedger::Providers() {
  std::vector<std::string> providers;
  std::string least;
  while (true) {
    Rows rows = next_provider_.Select(least);
    if (!rows.Next()) return providers;
    rows.Read(least);
    providers.push_back(least);
    least.push_back('\0');  // the least text that is greater
  }
}

absl::StatusOr<std::vector<LedgerEntry>> SqliteLedger::List(const LedgerFilter& filter,
                                                            std::optional<ListPosition> before, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<LedgerEntry>> {
    const ListParameters p = ParametersOf(filter, BitsOf(filter.types), before, limit);
    const auto select = [&](Query& query, const std::string& provider, const auto&... more) {
      return ReadEntries(
          query.Select(p.from, p.end.create_time, p.end.id, p.states, p.limit, provider, more...));
    };
    if (filter.order_id || filter.refund_id) {
      return select(list_of_order_, filter.payment_provider, filter.order_id, filter.refund_id);
    }
    if (!filter.payment_provider.empty()) return select(list_of_provider_, filter.payment_provider);
    return ReadLists(Providers(), p.limit, [&](const std::string& provider) {
      return absl::StatusOr<std::vector<LedgerEntry>>(select(list_of_provider_, provider));
    });
  });
}

}  // namespace keelson
