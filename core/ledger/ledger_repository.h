// core/store/store.h specifies List: the order of the rows, the start of a page and the cost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/ledger/ledger_entry.h"

namespace keelson {

struct LedgerFilter {
  std::optional<OrderId> order_id;
  std::optional<RefundId> refund_id;
  // Empty: every type. Names no type twice.
  std::vector<LedgerEntryType> types;
  // Empty: every provider.
  std::string payment_provider;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

// There is no method to write an entry: OrderRepository stores the entries of an order together with the
// order, so that no change of an order's totals can lack its entry.
class LedgerReader {
 public:
  virtual ~LedgerReader() = default;
  virtual absl::StatusOr<std::vector<LedgerEntry>> List(const LedgerFilter& filter,
                                                        std::optional<ListPosition> before, int limit) = 0;
};

}  // namespace keelson
