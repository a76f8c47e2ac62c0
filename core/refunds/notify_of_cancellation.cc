#include "core/refunds/notify_of_cancellation.h"

#include <string>
#include <string_view>

#include "core/common/status_macros.h"
#include "core/orders/notify_owner.h"
#include "core/refunds/split_refund.h"

namespace keelson {
namespace {

bool WaitForApproval(const std::vector<Refund>& refunds) {
  return !refunds.empty() && refunds.front()->state == RefundState::kRequested;
}

}  // namespace

absl::Status AnnounceRefunds(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                             const Order& order, const std::vector<Refund>& refunds, absl::Time now) {
  const std::string_view template_name = WaitForApproval(refunds) ? "refund_requested" : "order_cancelled";
  return NotifyOwner(tx, context, ids, template_name, order, {{"amount", SumOf(refunds).ToString()}}, now);
}

absl::Status NotifyOfCancellation(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                  const Order& order, const std::vector<Refund>& refunds, absl::Time now) {
  const bool waits = WaitForApproval(refunds);
  if (waits || refunds.empty()) {
    RETURN_IF_ERROR(NotifyOwner(tx, context, ids, "order_cancelled", order, {{"amount", ""}}, now));
  }
  return refunds.empty() ? absl::OkStatus() : AnnounceRefunds(tx, context, ids, order, refunds, now);
}

}  // namespace keelson
