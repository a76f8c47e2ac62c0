#include "adapters/store/memory/orders.h"

#include <algorithm>

#include "adapters/store/memory/invariants.h"
#include "adapters/store/memory/listing.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

bool HasReference(const OrderFields& fields, std::string_view payment_reference) {
  return fields.payment_reference == payment_reference ||
         std::any_of(fields.payments.begin(), fields.payments.end(),
                     [&](const OrderPayment& payment) { return payment.reference == payment_reference; });
}

bool Matches(const OrderFilter& filter, const OrderFields& fields) {
  const auto& statuses = filter.refund_statuses;
  return MatchesCommon(filter, fields) && MatchesLabel(filter, fields) &&
         (filter.payment_reference.empty() || HasReference(fields, filter.payment_reference)) &&
         (!filter.user_id || fields.user_id == *filter.user_id) &&
         (filter.reference.empty() || fields.reference == filter.reference) &&
         (statuses.empty() ||
          std::find(statuses.begin(), statuses.end(), fields.refund_status) != statuses.end());
}

}  // namespace

Found<Order> MemoryOrders::Find(OrderId id) {
  const Order* order = orders_.Find(id);
  return order ? std::optional<Order>(*order) : std::nullopt;
}

Found<Order> MemoryOrders::FindByReference(std::string_view reference) {
  const OrderId* id = by_reference_.Find(std::string(reference));
  if (id == nullptr) return std::nullopt;
  return Find(*id);
}

absl::StatusOr<std::vector<PaidOrder>> MemoryOrders::FindPaidOrders(std::span<const PaymentKey> payments) {
  std::vector<PaidOrder> paid;
  for (const PaymentKey& payment : payments) {
    if (const OrderId* id = by_payment_.Find(payment)) paid.push_back({payment, *id});
  }
  return paid;
}

absl::StatusOr<std::vector<Order>> MemoryOrders::List(const OrderFilter& filter,
                                                      std::optional<ListPosition> before, int limit) {
  const auto matches = [&](const Order& order) { return Matches(filter, order.fields()); };
  return ListNewestFirst(by_position_.rows(), orders_.rows(), matches, before, limit);
}

absl::Status MemoryOrders::Insert(const Order& order) {
  if (orders_.Find(order->id) != nullptr)
    return journal_.Fail(absl::InternalError("an order with this id already exists"));
  RETURN_IF_ERROR(journal_.Fail(CheckInvariants(order.fields())));
  if (!order->reference.empty()) {
    if (by_reference_.Find(order->reference) != nullptr) {
      return journal_.Fail(MakeError(Reason::kReferenceTaken, "an order with this reference already exists"));
    }
    by_reference_.Put(order->reference, order->id);
  }
  by_position_.Put(PositionOf(order), order->id);
  Put(order);
  return absl::OkStatus();
}

absl::Status MemoryOrders::Update(const Order& order) {
  if (orders_.Find(order->id) == nullptr) {
    return journal_.Fail(absl::InternalError("the order to update does not exist"));
  }
  RETURN_IF_ERROR(journal_.Fail(CheckInvariants(order.fields())));
  Put(order);
  return absl::OkStatus();
}

// The stored order has no entries, like an order that a database returns.
void MemoryOrders::Put(const Order& order) {
  for (const OrderPayment& payment : order.payments()) {
    const PaymentKey key{payment.provider, payment.reference};
    if (!key.reference.empty() && by_payment_.Find(key) == nullptr) by_payment_.Put(key, order->id);
  }
  orders_.Put(order->id, Order(order.fields()));
  ledger_.InsertNew(order.entries());
}

std::vector<OrderFields> MemoryOrders::ListAfter(std::string_view after, int limit) const {
  return keelson::ListAfter(orders_.rows(), IdInKey<OrderId>(after), limit,
                            [](OrderId, const Order& order) { return order.fields(); });
}

}  // namespace keelson
