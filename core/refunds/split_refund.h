// A refund may span several payments of the order. Each payment is then refunded by a refund of its own,
// because each has its own provider, attempts and outcome.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

// Divides a portion among the payments of the order: the oldest payment first, up to the amount that the
// payment has left. Returns one portion for each payment that is refunded, at least one. The parts of the
// portion follow each other in the order lines, shipping, goodwill; if the amount of a line is divided, the
// first portion has its units and its withheld amount. The portion's amount must be at most the order's
// refundable amount.
std::vector<RefundPortion> SplitPortion(const Order& order, const RefundPortion& portion);

// Returns the portion unchanged if the caller named the payment, otherwise SplitPortion.
std::vector<RefundPortion> PortionsOf(const Order& order, const RefundPortion& portion,
                                      std::optional<std::size_t> payment);

// Returns the value of RefundFields::split_ids: empty for a single id.
std::string SplitIdsOf(const std::vector<RefundId>& ids);

// Creates the refunds of request.portion, which the refund rules allow: one for each payment, or one if the
// caller named the payment. Reserves the amounts (without storing the order), and inserts the refunds with
// their events. Returns at least one refund.
absl::StatusOr<std::vector<Refund>> InsertRefunds(WriteTransaction& tx, const CallContext& context,
                                                  IdGenerator& ids, Order& order, Refund::Request request,
                                                  std::optional<std::size_t> payment, absl::Time now);

// The sum of the amounts, which have one currency. There must be at least one refund.
Money SumOf(const std::vector<Refund>& refunds);

// Returns the other refunds of the call that created `refund`, locked; empty if there are none. The order
// must be locked.
absl::StatusOr<std::vector<Refund>> LockOthers(WriteTransaction& tx, const Refund& refund);

}  // namespace keelson
