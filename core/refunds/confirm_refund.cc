#include "core/refunds/confirm_refund.h"

#include <optional>
#include <utility>

#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"
#include "core/refunds/apply_settlement.h"
#include "core/refunds/refund_change.h"

namespace keelson {

absl::StatusOr<Refund> ConfirmRefund::Handle(const CallContext& context,
                                             const ConfirmRefundCommand& command) {
  const absl::Time now = clock_.Now();
  FieldErrors errors;
  const std::string reference =
      NormalizedReference("provider_reference", command.provider_reference, kMaxPaymentReference, errors);
  return ChangeRefund(
      store_, context, {"ConfirmRefund", command.request_id, command.id, command.etag, reference},
      std::move(errors), now, [&](WriteTransaction& tx, Order& order, Refund& refund) -> absl::Status {
        RETURN_IF_ERROR(refund.Confirm(reference, now));
        RETURN_IF_ERROR(ApplySettlement(tx, context, order, refund, now));
        ASSIGN_OR_RETURN(const std::optional<User> owner, tx.users().FindForMessage(refund->user_id));
        if (!owner) return absl::OkStatus();
        return NotifyOfSettlement(tx, context, ids_, order, *owner, refund, now);
      });
}

}  // namespace keelson
