// core/store/store.h specifies List: the order of the rows, the start of a page and the cost.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/found.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/orders/order.h"

namespace keelson {

struct OrderFilter {
  std::optional<UserId> user_id;
  // Empty: every state.
  std::vector<OrderState> states;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
  // Empty: any reference, any payment.
  std::string reference;
  std::string payment_reference;
  std::optional<Label> label;
  // Empty: every status.
  std::vector<RefundStatus> refund_statuses;
};

// Whether the filter names NOT_REFUNDED, the status of most orders.
inline bool IncludesNotRefunded(const OrderFilter& filter) {
  return std::find(filter.refund_statuses.begin(), filter.refund_statuses.end(),
                   RefundStatus::kNotRefunded) != filter.refund_statuses.end();
}

// A payment at its provider. The reference is not empty.
struct PaymentKey {
  std::string provider;
  std::string reference;

  auto operator<=>(const PaymentKey&) const = default;
};

// A payment and an order that it paid.
struct PaidOrder {
  PaymentKey payment;
  OrderId order_id;
};

class OrderReader {
 public:
  virtual ~OrderReader() = default;
  virtual Found<Order> Find(OrderId id) = 0;
  virtual Found<Order> FindByReference(std::string_view reference) = 0;
  // Returns the orders with these references, unsorted. Takes one round trip in a remote store. The
  // references must be distinct and not empty.
  virtual absl::StatusOr<std::vector<Order>> FindManyByReference(std::span<const std::string> references) {
    return FindEach<Order>(references,
                           [&](const std::string& reference) { return FindByReference(reference); });
  }
  // Returns the orders that one of the payments has paid, also in part, unsorted; at least one order for each
  // payment that has paid any. Takes one round trip in a remote store.
  virtual absl::StatusOr<std::vector<PaidOrder>> FindPaidOrders(std::span<const PaymentKey> payments) = 0;
  virtual absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter,
                                                  std::optional<ListPosition> before, int limit) = 0;
};

class OrderRepository : public OrderReader {
 public:
  // Like Find, but locks the row until the transaction ends. Use it for an order that the transaction
  // changes. A store that runs one Write at a time needs no row locks.
  virtual Found<Order> FindForUpdate(OrderId id) { return Find(id); }
  // Returns the existing orders of `ids`, without duplicates and unsorted. Takes one round trip in a remote
  // store.
  virtual absl::StatusOr<std::vector<Order>> FindManyForUpdate(std::span<const OrderId> ids) {
    return FindEachForUpdate<Order>(*this, ids);
  }
  // Until the transaction ends, other transactions that call LockPayments with one of the payments wait, so
  // that a payment which FindPaidOrders does not find can be recorded. Call it at most once in a transaction,
  // before FindPaidOrders and Insert. A store that runs one Write at a time needs no locks.
  virtual absl::Status LockPayments(std::span<const PaymentKey> /*payments*/) { return absl::OkStatus(); }
  // Insert and Update also store the ledger entries of the order (Order::entries), unless they are stored
  // already: an order that is stored twice still has the entries of its first changes.
  // ALREADY_EXISTS (REFERENCE_TAKEN) if another order has the reference.
  virtual absl::Status Insert(const Order& order) = 0;
  virtual absl::Status Update(const Order& order) = 0;
};

}  // namespace keelson
