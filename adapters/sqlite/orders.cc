#include "adapters/sqlite/orders.h"

#include "adapters/sqlite/listing.h"

namespace keelson {
namespace {

#define KEELSON_ORDER_COLUMNS                                                                          \
  "id, user_id, state, currency, shipping, total, paid, refunded, refund_pending, refunded_shipping, " \
  "refund_count, payment_provider, payment_reference, reference, labels, create_time, update_time, "   \
  "pay_time, "                                                                                         \
  "ship_time, deliver_time, cancel_time, version"

OrderFields ReadFields(const Rows& rows) {
  OrderFields f;
  rows.Read(f.id, f.user_id, f.state, f.currency, f.shipping, f.total, f.paid, f.refunded, f.refund_pending,
            f.refunded_shipping, f.refund_count, f.payment_provider, f.payment_reference, f.reference,
            f.labels, f.create_time, f.update_time, f.pay_time, f.ship_time, f.deliver_time, f.cancel_time,
            f.version);
  return f;
}

}  // namespace

SqliteOrders::SqliteOrders(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_ORDER_COLUMNS " FROM orders WHERE id = ?"),
      find_by_reference_(
          connection, "SELECT " KEELSON_ORDER_COLUMNS " FROM orders WHERE reference = ? AND reference <> ''"),
      find_lines_(connection,
                  "SELECT sku, title, quantity, unit_price, discount, tax, total, refunded_quantity, "
                  "refunded_amount FROM order_lines WHERE order_id = ? ORDER BY line"),
      list_(connection, "SELECT " KEELSON_ORDER_COLUMNS " FROM orders WHERE " KEELSON_LIST_FILTER),
      list_of_user_(connection, "SELECT " KEELSON_ORDER_COLUMNS
                                " FROM orders WHERE user_id = ?6 AND " KEELSON_LIST_FILTER),
      insert_(connection, "INSERT INTO orders (" KEELSON_ORDER_COLUMNS
                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_line_(
          connection,
          "INSERT INTO order_lines (order_id, line, sku, title, quantity, unit_price, discount, tax, "
          "total, refunded_quantity, refunded_amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      update_(connection,
              "UPDATE orders SET state = ?2, paid = ?3, refunded = ?4, refund_pending = ?5, "
              "refunded_shipping = ?6, refund_count = ?7, payment_provider = ?8, payment_reference = ?9, "
              "labels = ?10, update_time = ?11, pay_time = ?12, ship_time = ?13, deliver_time = ?14, "
              "cancel_time = ?15, version = ?16 WHERE id = ?1"),
      update_line_(
          connection,
          "UPDATE order_lines SET refunded_quantity = ?3, refunded_amount = ?4 WHERE order_id = ?1 AND "
          "line = ?2 AND (refunded_quantity <> ?3 OR refunded_amount <> ?4)") {}

std::vector<OrderLine> SqliteOrders::ReadLines(OrderId id) {
  std::vector<OrderLine> lines;
  Rows rows = find_lines_.Select(id);
  while (rows.Next()) {
    OrderLine& l = lines.emplace_back();
    rows.Read(l.sku, l.title, l.quantity, l.unit_price, l.discount, l.tax, l.total, l.refunded_quantity,
              l.refunded_amount);
  }
  return lines;
}

Found<Order> SqliteOrders::ReadOne(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  OrderFields fields = ReadFields(rows);
  fields.lines = ReadLines(fields.id);
  return Order(std::move(fields));
}

Found<Order> SqliteOrders::Find(OrderId id) {
  return connection_.Guard([&] { return ReadOne(find_.Select(id)); });
}

Found<Order> SqliteOrders::FindByReference(std::string_view reference) {
  return connection_.Guard([&] { return ReadOne(find_by_reference_.Select(reference)); });
}

absl::StatusOr<std::vector<Order>> SqliteOrders::List(const OrderFilter& filter,
                                                      std::optional<ListPosition> before, int limit) {
  return connection_.Guard([&]() -> absl::StatusOr<std::vector<Order>> {
    const auto select = [&](Query& query, const auto&... more) {
      const ListPosition end = EndParameter(filter, before);
      return query.Select(FromParameter(filter.created_from), end.create_time, end.id,
                          StatesParameter(filter.states), LimitParameter(limit), more...);
    };
    std::vector<Order> orders;
    Rows rows = filter.user_id ? select(list_of_user_, *filter.user_id) : select(list_);
    while (rows.Next()) {
      OrderFields fields = ReadFields(rows);
      fields.lines = ReadLines(fields.id);
      orders.emplace_back(std::move(fields));
    }
    return orders;
  });
}

absl::Status SqliteOrders::Insert(const Order& order) {
  return connection_.Guard([&] {
    const OrderFields& f = order.fields();
    insert_.Execute(f.id, f.user_id, f.state, f.currency, f.shipping, f.total, f.paid, f.refunded,
                    f.refund_pending, f.refunded_shipping, f.refund_count, f.payment_provider,
                    f.payment_reference, f.reference, f.labels, f.create_time, f.update_time, f.pay_time,
                    f.ship_time, f.deliver_time, f.cancel_time, f.version);
    std::int64_t number = 0;
    for (const OrderLine& l : f.lines) {
      insert_line_.Execute(f.id, number++, l.sku, l.title, l.quantity, l.unit_price, l.discount, l.tax,
                           l.total, l.refunded_quantity, l.refunded_amount);
    }
    return absl::OkStatus();
  });
}

absl::Status SqliteOrders::Update(const Order& order) {
  return connection_.Guard([&] {
    const OrderFields& f = order.fields();
    const int changed =
        update_.Execute(f.id, f.state, f.paid, f.refunded, f.refund_pending, f.refunded_shipping,
                        f.refund_count, f.payment_provider, f.payment_reference, f.labels, f.update_time,
                        f.pay_time, f.ship_time, f.deliver_time, f.cancel_time, f.version);
    if (changed != 1) return absl::InternalError("no such order to update");
    std::int64_t number = 0;
    for (const OrderLine& l : f.lines) {
      update_line_.Execute(f.id, number++, l.refunded_quantity, l.refunded_amount);
    }
    return absl::OkStatus();
  });
}

}  // namespace keelson
