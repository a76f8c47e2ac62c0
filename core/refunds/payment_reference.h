// One payment at a provider pays one order, unless references are shared (PaymentPolicy).
#pragma once

#include <span>
#include <vector>

#include "absl/status/status.h"
#include "core/orders/order.h"
#include "core/orders/order_repository.h"

namespace keelson {

// Returns the payments of the order that have a reference.
std::vector<PaymentKey> PaymentKeysOf(const Order& order);

// Returns REFERENCE_TAKEN for a payment that has already paid an order.
absl::Status PaymentTaken(const PaidOrder& paid);

// Locks the payments (OrderRepository::LockPayments). REFERENCE_TAKEN if one of them has paid a stored order.
absl::Status CheckUnused(OrderRepository& orders, std::span<const PaymentKey> payments);

}  // namespace keelson
