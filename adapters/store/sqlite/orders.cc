#include "adapters/store/sqlite/orders.h"

#include "adapters/store/sqlite/listing.h"

namespace keelson {
namespace {

constexpr auto kSelectOrder = "SELECT " + kColumnNames<OrderFields> + " FROM orders WHERE ";
constexpr auto kFindOrder = kSelectOrder + "id = ?";
constexpr auto kFindOrderByReference = kSelectOrder + "reference = ? AND reference <> ''";
constexpr auto kListOrders = ListByState<OrderState::kCancelled>("orders", "orders_by_state", "");
constexpr auto kListOrdersOfUser =
    ListByState<OrderState::kCancelled>("orders", "orders_by_user", " AND user_id = ?6");

// SQLite rewrites an index entry whenever a statement sets one of its columns, even to the same value. A
// separate statement therefore sets the state, and only if the state changes.
using OrderIndexColumns = ColumnsNamed<"state">;
using OrderUpdateColumns = ColumnsWithout<MutableColumns, OrderIndexColumns>;
constexpr auto kUpdateOrderState =
    kUpdateById<SqlDialect::kSqlite, OrderFields, "orders", OrderIndexColumns> + " AND " +
    kDifferences<SqlDialect::kSqlite, OrderFields, OrderIndexColumns>;

constexpr auto kUpdateOrderLine = "UPDATE order_lines SET " +
                                  kAssignments<SqlDialect::kSqlite, OrderLine, MutableColumns, 3> +
                                  " WHERE order_id = ?1 AND line = ?2 AND (" +
                                  kDifferences<SqlDialect::kSqlite, OrderLine, MutableColumns, 3> + ")";

}  // namespace

SqliteOrders::SqliteOrders(Connection& connection)
    : connection_(connection),
      find_(connection, kFindOrder),
      find_by_reference_(connection, kFindOrderByReference),
      find_lines_(connection, kSqliteFindOrderLines),
      list_(connection, kListOrders),
      list_of_user_(connection, kListOrdersOfUser),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, OrderFields, "orders">),
      insert_line_(connection, kSqliteInsertOrderLine),
      update_(connection, kUpdateById<SqlDialect::kSqlite, OrderFields, "orders", OrderUpdateColumns>),
      update_state_(connection, kUpdateOrderState),
      update_line_(connection, kUpdateOrderLine) {}

std::vector<OrderLine> SqliteOrders::ReadLines(OrderId id) {
  std::vector<OrderLine> lines;
  Rows rows = find_lines_.Select(id);
  while (rows.Next()) lines.push_back(rows.ReadRow<OrderLine>());
  return lines;
}

std::optional<Order> SqliteOrders::ReadOne(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  OrderFields fields = rows.ReadRow<OrderFields>();
  fields.lines = ReadLines(fields.id);
  return Order(std::move(fields));
}

Found<Order> SqliteOrders::Find(OrderId id) {
  return connection_.CatchErrors([&]() -> Found<Order> { return ReadOne(find_.Select(id)); });
}

Found<Order> SqliteOrders::FindByReference(std::string_view reference) {
  return connection_.CatchErrors(
      [&]() -> Found<Order> { return ReadOne(find_by_reference_.Select(reference)); });
}

absl::StatusOr<std::vector<Order>> SqliteOrders::List(const OrderFilter& filter,
                                                      std::optional<ListPosition> before, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Order>> {
    const ListParameters parameters = ParametersOf(filter, before, limit);
    const std::vector<OrderId> ids = filter.user_id
                                         ? SelectIds<OrderId>(list_of_user_, parameters, *filter.user_id)
                                         : SelectIds<OrderId>(list_, parameters);
    std::vector<Order> orders;
    for (const OrderId& id : ids) orders.push_back(ReadOne(find_.Select(id)).value());
    return orders;
  });
}

absl::Status SqliteOrders::Insert(const Order& order) {
  return connection_.CatchErrors([&] {
    insert_.ExecuteRow(order.fields());
    std::int64_t number = 0;
    for (const OrderLine& line : order->lines) insert_line_.ExecuteRow(line, order->id, number++);
    return absl::OkStatus();
  });
}

absl::Status SqliteOrders::Update(const Order& order) {
  return connection_.CatchErrors([&] {
    if (update_.ExecuteRow<OrderUpdateColumns>(order.fields(), order->id) != 1) {
      return absl::InternalError("the order to update does not exist");
    }
    update_state_.ExecuteRow<OrderIndexColumns>(order.fields(), order->id);
    std::int64_t number = 0;
    for (const OrderLine& line : order->lines) {
      update_line_.ExecuteRow<MutableColumns>(line, order->id, number++);
    }
    return absl::OkStatus();
  });
}

}  // namespace keelson
