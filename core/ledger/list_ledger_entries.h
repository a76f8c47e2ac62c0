#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/page.h"
#include "core/ledger/ledger_entry.h"
#include "core/store/store.h"

namespace keelson {

// Maximum length of the name of a payment provider in a filter, in characters.
inline constexpr std::size_t kMaxProviderName = 255;

struct ListLedgerEntriesQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  std::string order_id;
  std::string refund_id;
  // Entries that debit or credit the account.
  std::optional<LedgerAccount> account;
  std::string payment_provider;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

struct LedgerPage {
  std::vector<LedgerEntry> entries;
  // Empty on the last page.
  std::string next_page_token;
};

// Lists ledger entries, newest first.
class ListLedgerEntries {
 public:
  ListLedgerEntries(Store& store, const PageTokens& page_tokens) : store_(store), page_tokens_(page_tokens) {}
  // Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<LedgerPage> Handle(const CallContext& context, const ListLedgerEntriesQuery& query);

 private:
  Store& store_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
