#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/list_position.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

// The refunds that a reconciliation compares, page by page: every PROCESSING refund, and the SUCCEEDED and
// FAILED refunds that were created since a point in time. Not thread-safe.
class RefundPages {
 public:
  virtual ~RefundPages() = default;
  // Returns the next page; empty after the last one. After an error, the next call returns the same page.
  // Blocks on the store.
  virtual absl::StatusOr<std::vector<Refund>> Next() = 0;
};

// Whether a reconciliation of the refunds since `since` compares the refund.
bool IsReconciled(const RefundFields& refund, absl::Time since);

// Reads the refunds from the store, newest first. Each page is a read of its own, so that no snapshot is held
// while providers are asked. A refund that moves on between two pages may be missing, or may be returned
// twice.
class StoredRefundPages : public RefundPages {
 public:
  static constexpr int kPageSize = 256;
  static constexpr absl::Duration kReadTimeout = absl::Seconds(30);

  StoredRefundPages(Store& store, absl::Time since) : store_(store), since_(since) {}

  absl::StatusOr<std::vector<Refund>> Next() override;

 private:
  Store& store_;
  const absl::Time since_;
  // Whether the PROCESSING refunds are read completely.
  bool unsettled_done_ = false;
  bool done_ = false;
  std::optional<ListPosition> last_;
};

}  // namespace keelson
