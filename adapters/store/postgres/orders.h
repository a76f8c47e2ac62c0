#pragma once

#include <map>

#include "adapters/store/postgres/users.h"
#include "core/orders/order_repository.h"

namespace keelson {

class PgOrders final : public OrderRepository {
 public:
  explicit PgOrders(PgSession& session) : session_(session) {}

  Found<Order> Find(OrderId id) override;
  Found<Order> FindByReference(std::string_view reference) override;
  absl::StatusOr<std::vector<Order>> FindManyByReference(std::span<const std::string> references) override;
  absl::StatusOr<std::vector<PaidOrder>> FindPaidOrders(std::span<const PaymentKey> payments) override;
  absl::Status LockPayments(std::span<const PaymentKey> payments) override;
  absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter, std::optional<ListPosition> before,
                                          int limit) override;
  Found<Order> FindForUpdate(OrderId id) override;
  absl::StatusOr<std::vector<Order>> FindManyForUpdate(std::span<const OrderId> ids) override;
  absl::Status Insert(const Order& order) override;
  absl::Status Update(const Order& order) override;

 private:
  template <typename Ids>
  std::vector<Order> FindLocked(const char* sql, const char* lines_sql, const Ids& ids);

  // Reads the payments of the orders that have any in order_payments.
  std::vector<Order> WithPayments(std::vector<Order> orders);

  PgSession& session_;
  // The lines as read or written last in this transaction: Update skips unchanged lines.
  std::map<OrderId, std::vector<OrderLine>> known_lines_;
};

}  // namespace keelson
