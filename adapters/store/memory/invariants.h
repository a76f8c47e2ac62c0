#pragma once

#include "absl/status/status.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/sessions/session_repository.h"

namespace keelson {

// Checks the CHECK constraints of the SQL schemas. INTERNAL if an entity violates one.
absl::Status CheckInvariants(const OrderFields& order);
absl::Status CheckInvariants(const RefundFields& refund);
absl::Status CheckInvariants(const SessionFields& session);
absl::Status CheckInvariants(const Throttle& throttle);

}  // namespace keelson
