#pragma once

#include "absl/status/status.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"

namespace keelson {

// What a store refuses to hold, whoever asks: INTERNAL.
absl::Status CheckInvariants(const OrderFields& order);
absl::Status CheckInvariants(const RefundFields& refund);

}  // namespace keelson
