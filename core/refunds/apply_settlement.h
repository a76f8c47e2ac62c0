// The effects of a refund that the settlement or ConfirmRefund has moved to SUCCEEDED or FAILED.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

// The context of changes that the settlement makes.
CallContext SystemContext();

// Changes the order (without storing the order) and appends the event refund.succeeded or refund.failed.
absl::Status ApplySettlement(WriteTransaction& tx, const CallContext& context, Order& order,
                             const Refund& refund, absl::Time now);

// Queues the e-mails refund_succeeded and refund_failed to the owner of the order, with the amounts that
// `refund` and the other refunds of the same call (RefundFields::split_ids) have. Queues nothing while one of
// them is open, because one e-mail reports all of them; a retried refund is reported for itself. Also queues
// nothing if the owner is erased, or for the amount zero, because then no money moves. `refund` must have
// ended, and need not be stored yet.
absl::Status NotifyOfSettlement(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                const Order& order, const User& owner, const Refund& refund, absl::Time now);

}  // namespace keelson
