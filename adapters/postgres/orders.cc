#include "adapters/postgres/orders.h"

#include "adapters/postgres/listing.h"
#include "adapters/postgres/order_rows.h"
#include "adapters/sql_columns/columns.h"

namespace keelson {
namespace {

std::optional<Order> ReadOne(const PgResult& result) {
  if (result.rows() == 0) return std::nullopt;
  return ReadOrder(result, 0);
}

}  // namespace

Found<Order> PgOrders::Find(OrderId id) {
  if (locking_ == PgLocking::kRows) return FindLocked(id);
  return session_.Guard(
      [&]() -> Found<Order> { return ReadOne(session_.SelectOne(KEELSON_PG_SELECT_ORDER "o.id = $1", id)); });
}

// Two statements, because the lines must be read when the order is locked: what a statement sees is older
// than the lock that it waits for.
Found<Order> PgOrders::FindLocked(OrderId id) {
  return session_.Guard([&]() -> Found<Order> {
    PgResult order;
    session_.Prefetch(
        order, "SELECT " KEELSON_PG_ORDER_COLUMNS " FROM orders o WHERE o.id = $1 FOR NO KEY UPDATE", id);
    const PgResult lines =
        session_.Select("SELECT " KEELSON_PG_ORDER_LINES " FROM order_lines l WHERE l.order_id = $1", id);
    if (order.rows() == 0) return std::nullopt;
    OrderFields fields = ReadOrderFields(order, 0);
    lines.Read(0, fields.lines);
    found_lines_[id] = fields.lines;
    return Order(std::move(fields));
  });
}

Found<Order> PgOrders::FindByReference(std::string_view reference) {
  return session_.Guard([&]() -> Found<Order> {
    return ReadOne(session_.SelectOne(KEELSON_PG_SELECT_ORDER
                                      "o.id = (SELECT order_id FROM order_references WHERE reference = $1)",
                                      reference));
  });
}

absl::StatusOr<std::vector<Order>> PgOrders::List(const OrderFilter& filter,
                                                  std::optional<ListPosition> before, int limit) {
  return session_.Guard([&]() -> absl::StatusOr<std::vector<Order>> {
    return ReadRows(SelectOrderPage(session_, filter, before, limit), ReadOrder);
  });
}

absl::Status PgOrders::Insert(const Order& order) {
  return session_.Guard([&] {
    const OrderFields& f = order.fields();
    WithColumns(f, [&](const auto&... columns) {
      session_.Execute(
          "INSERT INTO orders (" KEELSON_ORDER_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
          "$19, $20, $21, $22)",
          columns...);
    });
    if (!f.reference.empty()) {
      session_.Execute("INSERT INTO order_references (reference, order_id, user_id) VALUES ($1, $2, $3)",
                       f.reference, f.id, f.user_id);
    }
    InsertOrderLines(session_, f);
    return absl::OkStatus();
  });
}

absl::Status PgOrders::Update(const Order& order) {
  return session_.Guard([&] {
    const OrderFields& f = order.fields();
    session_.ChangeOne(
        "UPDATE orders SET state = $2, paid = $3, refunded = $4, refund_pending = $5, refunded_shipping = "
        "$6, "
        "refund_count = $7, payment_provider = $8, payment_reference = $9, labels = $10, update_time = $11, "
        "pay_time = $12, ship_time = $13, deliver_time = $14, cancel_time = $15, version = $16 WHERE id = $1",
        f.id, f.state, f.paid, f.refunded, f.refund_pending, f.refunded_shipping, f.refund_count,
        f.payment_provider, f.payment_reference, f.labels, f.update_time, f.pay_time, f.ship_time,
        f.deliver_time, f.cancel_time, f.version);
    const auto found = found_lines_.find(f.id);
    if (found == found_lines_.end() || found->second != f.lines) UpdateOrderLines(session_, f);
    return absl::OkStatus();
  });
}

}  // namespace keelson
