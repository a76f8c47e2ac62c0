#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

// An order's id, user, currency, reference and its lines' prices are written once: no step changes them.
class SqliteOrders : public OrderRepository {
 public:
  explicit SqliteOrders(Connection& connection);

  Found<Order> Find(OrderId id) override;
  Found<Order> FindByReference(std::string_view reference) override;
  absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter, std::optional<ListPosition> before,
                                          int limit) override;
  absl::Status Insert(const Order& order) override;
  absl::Status Update(const Order& order) override;

 private:
  std::optional<Order> ReadOne(Rows rows);
  std::vector<OrderLine> ReadLines(OrderId id);

  Connection& connection_;
  Query find_;
  Query find_by_reference_;
  Query find_lines_;
  Query list_;
  Query list_of_user_;
  Query insert_;
  Query insert_line_;
  Query update_;
  // Apart from the rest, because SQLite writes an index anew wherever a statement sets one of its columns.
  Query update_state_;
  Query update_line_;
};

}  // namespace keelson
