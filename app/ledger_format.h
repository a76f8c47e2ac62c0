// The ledger as text for other programs: CSV for spreadsheets, and the plain-text accounting formats of
// hledger and beancount.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/ledger/ledger_entry.h"

namespace keelson {

enum class LedgerFormat { kCsv, kHledger, kBeancount };
// Parses "csv", "hledger" or "beancount".
std::optional<LedgerFormat> ParseLedgerFormat(std::string_view name);

// Writes the entries one after the other. Every format names the same accounts: Assets:Payments:PROVIDER,
// Liabilities:Customers and Liabilities:RefundReserve. Debits are positive, credits negative; in CSV, debits
// and credits have a column each. Dates and times are in UTC. Not thread-safe.
class LedgerFormatter {
 public:
  explicit LedgerFormatter(LedgerFormat format) : format_(format) {}

  // Returns the text before the first entry.
  std::string Begin() const;
  // Returns the text of the entry, after the declarations of accounts and currencies that the entry is the
  // first to use. The type of the entry must be one of kBookings.
  std::string Add(const LedgerEntry& entry);

 private:
  // Returns the declarations of the account and of the currency that were not declared before.
  std::string Declare(const std::string& account, Currency currency);

  const LedgerFormat format_;
  std::set<std::string> declared_;
};

}  // namespace keelson
