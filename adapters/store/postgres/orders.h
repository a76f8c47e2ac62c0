#pragma once

#include <map>

#include "adapters/store/postgres/users.h"
#include "core/orders/order_repository.h"

namespace keelson {

class PgOrders final : public OrderRepository {
 public:
  PgOrders(PgSession& session, PgLocking locking) : session_(session), locking_(locking) {}

  Found<Order> Find(OrderId id) override;
  Found<Order> FindByReference(std::string_view reference) override;
  absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter, std::optional<ListPosition> before,
                                          int limit) override;
  absl::StatusOr<std::vector<Order>> FindMany(std::span<const OrderId> ids) override;
  absl::Status Insert(const Order& order) override;
  absl::Status Update(const Order& order) override;

 private:
  template <typename Ids>
  std::vector<Order> FindLocked(const char* sql, const char* lines_sql, const Ids& ids);

  PgSession& session_;
  const PgLocking locking_;
  // As they were found or written: those that did not change are not written again.
  std::map<OrderId, std::vector<OrderLine>> known_lines_;
};

}  // namespace keelson
