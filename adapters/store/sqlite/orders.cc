#include "adapters/store/sqlite/orders.h"

#include "adapters/store/sql_columns/columns.h"
#include "adapters/store/sqlite/listing.h"

namespace keelson {
namespace {

constexpr int kOrderStates = static_cast<int>(OrderState::kCancelled);

OrderFields ReadFields(const Rows& rows) {
  OrderFields f;
  WithColumns(f, [&](auto&... columns) { rows.Read(columns...); });
  return f;
}

}  // namespace

SqliteOrders::SqliteOrders(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_ORDER_COLUMNS " FROM orders WHERE id = ?"),
      find_by_reference_(
          connection, "SELECT " KEELSON_ORDER_COLUMNS " FROM orders WHERE reference = ? AND reference <> ''"),
      find_lines_(connection,
                  "SELECT " KEELSON_ORDER_LINE_COLUMNS " FROM order_lines WHERE order_id = ? ORDER BY line"),
      list_(connection, ListByState("orders", "orders_by_state", kOrderStates)),
      list_of_user_(connection, ListByState("orders", "orders_by_user", kOrderStates, "user_id = ?6")),
      insert_(connection, "INSERT INTO orders (" KEELSON_ORDER_COLUMNS
                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_line_(connection, "INSERT INTO order_lines (order_id, line, " KEELSON_ORDER_LINE_COLUMNS
                               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      update_(connection,
              "UPDATE orders SET paid = ?2, refunded = ?3, refund_pending = ?4, refunded_shipping = ?5, "
              "refund_count = ?6, payment_provider = ?7, payment_reference = ?8, labels = ?9, "
              "update_time = ?10, pay_time = ?11, ship_time = ?12, deliver_time = ?13, cancel_time = ?14, "
              "version = ?15 WHERE id = ?1"),
      update_state_(connection, "UPDATE orders SET state = ?2 WHERE id = ?1 AND state <> ?2"),
      update_line_(
          connection,
          "UPDATE order_lines SET refunded_quantity = ?3, refunded_amount = ?4 WHERE order_id = ?1 AND "
          "line = ?2 AND (refunded_quantity <> ?3 OR refunded_amount <> ?4)") {}

std::vector<OrderLine> SqliteOrders::ReadLines(OrderId id) {
  std::vector<OrderLine> lines;
  Rows rows = find_lines_.Select(id);
  while (rows.Next()) {
    OrderLine& l = lines.emplace_back();
    WithColumns(l, [&](auto&... columns) { rows.Read(columns...); });
  }
  return lines;
}

std::optional<Order> SqliteOrders::ReadOne(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  OrderFields fields = ReadFields(rows);
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
    const OrderFields& f = order.fields();
    WithColumns(f, [&](const auto&... columns) { insert_.Execute(columns...); });
    std::int64_t number = 0;
    for (const OrderLine& l : f.lines) {
      WithColumns(l, [&](const auto&... columns) { insert_line_.Execute(f.id, number++, columns...); });
    }
    return absl::OkStatus();
  });
}

absl::Status SqliteOrders::Update(const Order& order) {
  return connection_.CatchErrors([&] {
    const OrderFields& f = order.fields();
    const int changed =
        update_.Execute(f.id, f.paid, f.refunded, f.refund_pending, f.refunded_shipping, f.refund_count,
                        f.payment_provider, f.payment_reference, f.labels, f.update_time, f.pay_time,
                        f.ship_time, f.deliver_time, f.cancel_time, f.version);
    if (changed != 1) return absl::InternalError("no such order to update");
    update_state_.Execute(f.id, f.state);
    std::int64_t number = 0;
    for (const OrderLine& l : f.lines) {
      update_line_.Execute(f.id, number++, l.refunded_quantity, l.refunded_amount);
    }
    return absl::OkStatus();
  });
}

}  // namespace keelson
