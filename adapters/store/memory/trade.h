#pragma once

#include <string>
#include <utility>
#include <variant>

#include "adapters/store/memory/table.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/export/rows.h"

namespace keelson {

class MemoryOrders : public OrderRepository {
 public:
  explicit MemoryOrders(Journal& journal)
      : journal_(journal), orders_(journal), by_reference_(journal), by_position_(journal) {}

  Found<Order> Find(OrderId id) override;
  Found<Order> FindByReference(std::string_view reference) override;
  absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter, std::optional<ListPosition> before,
                                          int limit) override;
  absl::Status Insert(const Order& order) override;
  absl::Status Update(const Order& order) override;

  std::vector<OrderFields> ListAfter(std::string_view after, int limit) const;

 private:
  Journal& journal_;
  Table<OrderId, Order> orders_;
  Table<std::string, OrderId> by_reference_;
  Table<ListPosition, OrderId> by_position_;
};

class MemoryRefunds : public RefundRepository {
 public:
  explicit MemoryRefunds(Journal& journal)
      : journal_(journal), refunds_(journal), by_order_(journal), by_position_(journal), due_(journal) {}

  Found<Refund> Find(RefundId id) override;
  absl::StatusOr<std::vector<Refund>> List(const RefundFilter& filter, std::optional<ListPosition> before,
                                           int limit) override;
  absl::StatusOr<std::vector<Refund>> ListDue(absl::Time now, int limit) override;
  absl::Status Insert(const Refund& refund) override;
  absl::Status Update(const Refund& refund) override;

  std::vector<RefundFields> ListAfter(std::string_view after, int limit) const;

 private:
  using DueKey = std::pair<absl::Time, RefundId>;

  static std::optional<DueKey> DueKeyOf(const Refund& refund);
  absl::Status Put(const Refund& refund);

  Journal& journal_;
  Table<RefundId, Refund> refunds_;
  Table<std::pair<OrderId, RefundId>, std::monostate> by_order_;
  Table<ListPosition, RefundId> by_position_;
  Table<DueKey, std::monostate> due_;
};

}  // namespace keelson
