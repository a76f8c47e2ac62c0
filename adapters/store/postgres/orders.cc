#include "adapters/store/postgres/orders.h"

#include "adapters/store/postgres/listing.h"
#include "adapters/store/postgres/order_rows.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/orders/order_repository.h"

namespace keelson {
namespace {

#define KEELSON_PG_SELECT_TO_LOCK "SELECT " KEELSON_PG_ORDER_COLUMNS " FROM orders o WHERE "
#define KEELSON_PG_SELECT_LINES "SELECT l.order_id, " KEELSON_PG_ORDER_LINES " FROM order_lines l WHERE "

std::optional<Order> ReadOneOrder(const PgResult& result) {
  if (result.rows() == 0) return std::nullopt;
  return ReadOrder(result, 0);
}

}  // namespace

Found<Order> PgOrders::Find(OrderId id) {
  return session_.CatchErrors([&]() -> Found<Order> {
    return ReadOneOrder(session_.SelectOne(KEELSON_PG_SELECT_ORDER "o.id = $1", id));
  });
}

Found<Order> PgOrders::FindForUpdate(OrderId id) {
  return session_.CatchErrors([&]() -> Found<Order> {
    std::vector<Order> found = FindLocked(KEELSON_PG_SELECT_TO_LOCK "o.id = $1 FOR NO KEY UPDATE",
                                          KEELSON_PG_SELECT_LINES "l.order_id = $1 GROUP BY l.order_id", id);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  });
}

// Locks them in one order, so that two that lock some of the same never wait for each other.
absl::StatusOr<std::vector<Order>> PgOrders::FindManyForUpdate(std::span<const OrderId> ids) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Order>> {
    return FindLocked(KEELSON_PG_SELECT_TO_LOCK "o.id = ANY ($1) ORDER BY o.id FOR NO KEY UPDATE",
                      KEELSON_PG_SELECT_LINES "l.order_id = ANY ($1) GROUP BY l.order_id", ids);
  });
}

// Two statements, because the lines must be read when the orders are locked: what a statement sees is older
// than the lock that it waits for.
template <typename Ids>
std::vector<Order> PgOrders::FindLocked(const char* sql, const char* lines_sql, const Ids& ids) {
  PgResult locked;
  session_.Prefetch(locked, sql, ids);
  const PgResult lines = session_.Select(lines_sql, ids);
  for (int row = 0; row < lines.rows(); ++row) {
    OrderId id;
    std::vector<OrderLine> found;
    lines.Read(row, id, found);
    known_lines_[id] = std::move(found);
  }
  std::vector<Order> orders;
  for (int row = 0; row < locked.rows(); ++row) {
    OrderFields fields = ReadOrderFields(locked, row);
    fields.lines = known_lines_[fields.id];
    orders.emplace_back(std::move(fields));
  }
  return orders;
}

Found<Order> PgOrders::FindByReference(std::string_view reference) {
  return session_.CatchErrors([&]() -> Found<Order> {
    return ReadOneOrder(session_.SelectOne(
        KEELSON_PG_SELECT_ORDER "o.id = (SELECT order_id FROM order_references WHERE reference = $1)",
        reference));
  });
}

absl::StatusOr<std::vector<Order>> PgOrders::List(const OrderFilter& filter,
                                                  std::optional<ListPosition> before, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Order>> {
    return ReadRows(SelectOrderPage(session_, filter, before, limit), ReadOrder);
  });
}

absl::Status PgOrders::Insert(const Order& order) {
  return session_.CatchErrors([&] {
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
  return session_.CatchErrors([&] {
    const OrderFields& f = order.fields();
    session_.ExecuteOneRow(
        "UPDATE orders SET state = $2, paid = $3, refunded = $4, refund_pending = $5, refunded_shipping = "
        "$6, "
        "refund_count = $7, payment_provider = $8, payment_reference = $9, labels = $10, update_time = $11, "
        "pay_time = $12, ship_time = $13, deliver_time = $14, cancel_time = $15, version = $16 WHERE id = $1",
        f.id, f.state, f.paid, f.refunded, f.refund_pending, f.refunded_shipping, f.refund_count,
        f.payment_provider, f.payment_reference, f.labels, f.update_time, f.pay_time, f.ship_time,
        f.deliver_time, f.cancel_time, f.version);
    std::vector<OrderLine>& known = known_lines_[f.id];
    if (known != f.lines) UpdateOrderLines(session_, f);
    known = f.lines;
    return absl::OkStatus();
  });
}

}  // namespace keelson
