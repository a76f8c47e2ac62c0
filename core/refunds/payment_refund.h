#pragma once

#include "core/refunds/payment_provider.h"
#include "core/refunds/refund.h"

namespace keelson {

// Returns the refund in the form in which providers take it, as a first attempt (`repeated` is false).
PaymentRefund PaymentRefundOf(const Refund& refund);

}  // namespace keelson
