#pragma once

#include <map>

#include "adapters/postgres/users.h"

namespace keelson {

class PgOrders final : public OrderRepository {
 public:
  PgOrders(PgSession& session, PgLocking locking) : session_(session), locking_(locking) {}

  Found<Order> Find(OrderId id) override;
  Found<Order> FindByReference(std::string_view reference) override;
  absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter, std::optional<ListPosition> before,
                                          int limit) override;
  absl::Status Insert(const Order& order) override;
  absl::Status Update(const Order& order) override;

 private:
  Found<Order> FindLocked(OrderId id);

  PgSession& session_;
  const PgLocking locking_;
  // As they were found: those that did not change are not written again.
  std::map<OrderId, std::vector<OrderLine>> found_lines_;
};

}  // namespace keelson
