#include "app/exported_refund_pages.h"

#include <utility>
#include <variant>

#include "core/common/status_macros.h"

namespace keelson {

absl::StatusOr<std::vector<Refund>> ExportedRefundPages::Next() {
  std::vector<Refund> page;
  if (done_) return page;
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreExporter> exporter, open_());
  std::string last = last_;
  bool done = false;
  while (page.size() < kPageSize && !done) {
    ASSIGN_OR_RETURN(RowBatch batch, exporter->Read(RowKind::kRefunds, last, kBatch));
    auto& rows = std::get<std::vector<RefundFields>>(batch);
    done = rows.size() < static_cast<std::size_t>(kBatch);
    if (!rows.empty()) last = LastKey(batch);
    for (RefundFields& row : rows) {
      if (IsReconciled(row, since_)) page.emplace_back(std::move(row));
    }
  }
  last_ = std::move(last);
  done_ = done;
  return page;
}

}  // namespace keelson
