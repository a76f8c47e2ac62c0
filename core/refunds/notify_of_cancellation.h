#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

// Queues the e-mail about the refunds of a CANCELLED order: refund_requested if they wait for approval,
// otherwise order_cancelled with their sum. `refunds` must not be empty.
absl::Status AnnounceRefunds(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                             const Order& order, const std::vector<Refund>& refunds, absl::Time now);

// Queues order_cancelled, and refund_requested if the refunds wait for approval. `refunds` may be empty.
absl::Status NotifyOfCancellation(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                  const Order& order, const std::vector<Refund>& refunds, absl::Time now);

}  // namespace keelson
