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

// Queues the e-mail refund_succeeded or refund_failed to the owner of the order. Queues nothing if the owner
// is erased, or if the refund's amount is zero, because such a refund moves no money.
absl::Status NotifyOfSettlement(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                const Order& order, const User& owner, const Refund& refund, absl::Time now);

}  // namespace keelson
