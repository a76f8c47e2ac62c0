#include "core/refunds/refund_pages.h"

#include "core/common/deadline.h"
#include "core/common/status_macros.h"
#include "core/refunds/refund_repository.h"

namespace keelson {

bool IsReconciled(const RefundFields& refund, absl::Time since) {
  if (refund.state == RefundState::kProcessing) return true;
  const bool settled = refund.state == RefundState::kSucceeded || refund.state == RefundState::kFailed;
  return settled && refund.create_time >= since;
}

absl::StatusOr<std::vector<Refund>> StoredRefundPages::Next() {
  std::vector<Refund> page;
  while (page.empty() && !done_) {
    RefundFilter filter;
    if (unsettled_done_) {
      filter.states = {RefundState::kSucceeded, RefundState::kFailed};
      filter.created_from = since_;
    } else {
      filter.states = {RefundState::kProcessing};
    }
    RETURN_IF_ERROR(store_.Read(Deadline::After(kReadTimeout), [&](ReadTransaction& tx) -> absl::Status {
      ASSIGN_OR_RETURN(page, tx.refunds().List(filter, last_, kPageSize));
      return absl::OkStatus();
    }));
    if (!page.empty()) {
      last_ = PositionOf(page.back());
      continue;
    }
    done_ = unsettled_done_;
    unsettled_done_ = true;
    last_.reset();
  }
  return page;
}

}  // namespace keelson
