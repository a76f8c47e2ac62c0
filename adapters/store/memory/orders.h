#pragma once

#include <span>
#include <string>
#include <vector>

#include "adapters/store/memory/ledger.h"
#include "adapters/store/memory/table.h"
#include "core/orders/order_repository.h"

namespace keelson {

class MemoryOrders : public OrderRepository {
 public:
  // `ledger` receives the ledger entries of the orders.
  MemoryOrders(Journal& journal, MemoryLedger& ledger)
      : journal_(journal),
        ledger_(ledger),
        orders_(journal),
        by_reference_(journal),
        by_position_(journal),
        by_payment_(journal) {}

  Found<Order> Find(OrderId id) override;
  Found<Order> FindByReference(std::string_view reference) override;
  absl::StatusOr<std::vector<PaidOrder>> FindPaidOrders(std::span<const PaymentKey> payments) override;
  absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter, std::optional<ListPosition> before,
                                          int limit) override;
  absl::Status Insert(const Order& order) override;
  absl::Status Update(const Order& order) override;

  std::vector<OrderFields> ListAfter(std::string_view after, int limit) const;

 private:
  void Put(const Order& order);

  Journal& journal_;
  MemoryLedger& ledger_;
  Table<OrderId, Order> orders_;
  Table<std::string, OrderId> by_reference_;
  Table<ListPosition, OrderId> by_position_;
  // The first order that a payment paid.
  Table<PaymentKey, OrderId> by_payment_;
};

}  // namespace keelson
