#include "adapters/store/sqlite/orders.h"

#include "adapters/store/sqlite/ledger.h"

namespace keelson {
namespace {

constexpr auto kSelectOrder = "SELECT " + kColumnNames<OrderFields> + " FROM orders WHERE ";
constexpr auto kFindOrder = kSelectOrder + "id = ?";
constexpr auto kFindOrderByReference = kSelectOrder + "reference = ? AND reference <> ''";
constexpr auto kListOrders = ListByState<OrderState::kCancelled>("orders", "orders_by_state", "");

// Further parameters of the filtered lists: ?6 is the user or NULL, ?7 the payment reference or an empty
// text, ?8 a bit set of refund statuses, (?9, ?10) the key and the value of the label or empty texts, and ?11
// the reference. The conditions below apply the filters beside the one that selects the index. They read a
// row by its id, so that a list without these filters reads the index only.
constexpr Sql kOrderHasUser =
    " AND (?6 IS NULL OR ?6 = (SELECT user_id FROM orders other WHERE other.id = orders.id))";
constexpr Sql kOrderHasLabel =
    " AND (?9 = '' OR EXISTS (SELECT 1 FROM order_labels l WHERE l.key = ?9 AND l.value = ?10 AND l.state = "
    "orders.state AND l.create_time = orders.create_time AND l.id = orders.id))";
constexpr auto OrderHasStatus(const auto& table) {
  return " AND (?8 = -1 OR (?8 >> (SELECT refund_status FROM orders other WHERE other.id = " + Sql(table) +
         ".id)) & 1)";
}
// The reference is unique: the list has at most one row.
constexpr auto kListOrdersOfReference =
    "SELECT create_time, id FROM orders INDEXED BY orders_by_reference WHERE reference = ?11 AND "
    "reference <> '' AND (?7 = '' OR payment_reference = ?7 OR EXISTS (SELECT 1 FROM order_payments p WHERE "
    "p.order_id = orders.id AND p.reference = ?7))" +
    kOrderHasUser + OrderHasStatus("orders") + kOrderHasLabel + " AND " + kInListStates + " AND " +
    kInListRange + " LIMIT ?5";
// The conditions payment_reference <> '' and reference <> '' are those of the partial indexes. The first
// scans find the orders by their first payment, the last one by a further payment.
constexpr auto kListOrdersOfPayment =
    ListEachState<OrderState::kCancelled>(Sql("orders INDEXED BY orders_by_payment"),
                                          " AND payment_reference = ?7 AND payment_reference <> ''" +
                                              kOrderHasUser + OrderHasStatus("orders") + kOrderHasLabel) +
    " UNION ALL SELECT order_time, order_id FROM order_payments p INDEXED BY order_payments_by_reference "
    "WHERE "
    "reference = ?7 AND reference <> '' AND order_time >= ?1 AND (order_time, order_id) < (?2, ?3) "
    "AND payment > 0 AND NOT EXISTS (SELECT 1 FROM order_payments q WHERE q.order_id = p.order_id "
    "AND q.payment < p.payment AND q.reference = ?7) "
    "AND EXISTS (SELECT 1 FROM orders WHERE orders.id = p.order_id AND " +
    kInListStates + kOrderHasUser + OrderHasStatus("orders") + kOrderHasLabel + ")" + kListOrder;
constexpr auto kListOrdersOfUser = ListByState<OrderState::kCancelled>(
    "orders", "orders_by_user", " AND user_id = ?6" + OrderHasStatus("orders") + kOrderHasLabel);
constexpr auto kListOrdersOfLabel =
    ListEachState<OrderState::kCancelled>("order_labels",
                                          " AND key = ?9 AND value = ?10" + OrderHasStatus("order_labels")) +
    kListOrder;
// Most orders are NOT_REFUNDED: the query discards few rows.
constexpr auto kListOrdersOfRefundStatus =
    ListByState<OrderState::kCancelled>("orders", "orders_by_state", OrderHasStatus("orders"));
// The condition refund_status > 1 is the condition of the partial index.
template <RefundStatus status>
constexpr auto kListOfRefundStatus = ListEachState<OrderState::kCancelled>(
    Sql("orders INDEXED BY orders_by_refund_status"), " AND refund_status = " + kSqlNumber<status> +
                                                          " AND refund_status > 1 AND (?8 >> " +
                                                          kSqlNumber<status> + ") & 1");
constexpr auto kListRefundedOrders = kListOfRefundStatus<RefundStatus::kPartiallyRefunded> + " UNION ALL " +
                                     kListOfRefundStatus<RefundStatus::kFullyRefunded> + kListOrder;

// SQLite rewrites an index entry whenever a statement sets one of its columns, even to the same value. A
// separate statement therefore sets the indexed columns, and only if one of them changes.
using OrderIndexColumns = ColumnsNamed<"state", "payment_reference", "refund_status">;
using OrderUpdateColumns = ColumnsWithout<MutableColumns, OrderIndexColumns>;
constexpr auto kUpdateOrderIndexColumns =
    kUpdateById<SqlDialect::kSqlite, OrderFields, "orders", OrderIndexColumns> + " AND (" +
    kDifferences<SqlDialect::kSqlite, OrderFields, OrderIndexColumns> + ")";

// An entry that exists is kept: see OrderRepository.
constexpr auto kInsertNewEntry = kSqliteInsertLedgerEntry + " ON CONFLICT (order_id, id) DO NOTHING";

constexpr auto kUpdateOrderLine = "UPDATE order_lines SET " +
                                  kAssignments<SqlDialect::kSqlite, OrderLine, MutableColumns, 3> +
                                  " WHERE order_id = ?1 AND line = ?2 AND (" +
                                  kDifferences<SqlDialect::kSqlite, OrderLine, MutableColumns, 3> + ")";
constexpr auto kPutOrderPayment = kSqliteInsertOrderPayment +
                                  " ON CONFLICT (order_id, payment) DO UPDATE SET " +
                                  kExcludedAssignments<OrderPayment>;

// The order row has the first payment, also of an order without rows in order_payments.
constexpr Sql kFindPaidOrder =
    "SELECT id FROM orders INDEXED BY orders_by_payment WHERE payment_reference = ?2 "
    "AND payment_reference <> '' "
    "AND ?1 = (SELECT payment_provider FROM orders other WHERE other.id = orders.id) "
    "UNION ALL SELECT order_id FROM order_payments INDEXED BY order_payments_by_reference "
    "WHERE reference = ?2 AND reference <> '' AND provider = ?1 LIMIT 1";

}  // namespace

SqliteOrders::SqliteOrders(Connection& connection)
    : connection_(connection),
      find_(connection, kFindOrder),
      find_by_reference_(connection, kFindOrderByReference),
      find_lines_(connection, kSqliteFindOrderLines),
      find_payments_(connection, kSqliteFindOrderPayments),
      find_paid_order_(connection, kFindPaidOrder),
      list_(connection, kListOrders),
      list_of_reference_(connection, kListOrdersOfReference),
      list_of_payment_(connection, kListOrdersOfPayment),
      list_of_user_(connection, kListOrdersOfUser),
      list_of_label_(connection, kListOrdersOfLabel),
      list_of_refund_status_(connection, kListOrdersOfRefundStatus),
      list_refunded_(connection, kListRefundedOrders),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, OrderFields, "orders">),
      insert_line_(connection, kSqliteInsertOrderLine),
      update_(connection, kUpdateById<SqlDialect::kSqlite, OrderFields, "orders", OrderUpdateColumns>),
      update_index_columns_(connection, kUpdateOrderIndexColumns),
      update_line_(connection, kUpdateOrderLine),
      put_payment_(connection, kPutOrderPayment),
      insert_entry_(connection, kInsertNewEntry) {}

std::vector<OrderLine> SqliteOrders::ReadLines(OrderId id) {
  std::vector<OrderLine> lines;
  Rows rows = find_lines_.Select(id);
  while (rows.Next()) lines.push_back(rows.ReadRow<OrderLine>());
  return lines;
}

std::vector<OrderPayment> SqliteOrders::ReadPayments(OrderId id) {
  std::vector<OrderPayment> payments;
  Rows rows = find_payments_.Select(id);
  while (rows.Next()) payments.push_back(rows.ReadRow<OrderPayment>());
  return payments;
}

void SqliteOrders::PutPayments(const OrderFields& order) {
  std::int64_t number = 0;
  for (const OrderPayment& payment : order.payments) {
    put_payment_.ExecuteRow(payment, order.id, number++, order.create_time);
  }
}

std::optional<Order> SqliteOrders::ReadOne(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  OrderFields fields = rows.ReadRow<OrderFields>();
  fields.lines = ReadLines(fields.id);
  if (fields.payment_count > 0) fields.payments = ReadPayments(fields.id);
  return Order(std::move(fields));
}

Found<Order> SqliteOrders::Find(OrderId id) {
  return connection_.CatchErrors([&]() -> Found<Order> { return ReadOne(find_.Select(id)); });
}

Found<Order> SqliteOrders::FindByReference(std::string_view reference) {
  return connection_.CatchErrors(
      [&]() -> Found<Order> { return ReadOne(find_by_reference_.Select(reference)); });
}

absl::StatusOr<std::vector<PaidOrder>> SqliteOrders::FindPaidOrders(std::span<const PaymentKey> payments) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<PaidOrder>> {
    std::vector<PaidOrder> paid;
    for (const PaymentKey& payment : payments) {
      Rows rows = find_paid_order_.Select(payment.provider, payment.reference);
      if (!rows.Next()) continue;
      OrderId id;
      rows.Read(id);
      paid.push_back({payment, id});
    }
    return paid;
  });
}

std::vector<OrderId> SqliteOrders::ListIds(const OrderFilter& filter, const ListParameters& parameters) {
  const auto& [key, value] = filter.label.value_or(Label());
  const auto select = [&](Query& query, const auto&... more) {
    return SelectIds<OrderId>(query, parameters, filter.user_id, filter.payment_reference,
                              BitsOf(filter.refund_statuses), more...);
  };
  if (!filter.reference.empty()) return select(list_of_reference_, key, value, filter.reference);
  if (!filter.payment_reference.empty()) return select(list_of_payment_, key, value);
  if (filter.user_id) return select(list_of_user_, key, value);
  if (filter.label) return select(list_of_label_, key, value);
  if (filter.refund_statuses.empty()) return SelectIds<OrderId>(list_, parameters);
  return select(IncludesNotRefunded(filter) ? list_of_refund_status_ : list_refunded_);
}

absl::StatusOr<std::vector<Order>> SqliteOrders::List(const OrderFilter& filter,
                                                      std::optional<ListPosition> before, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Order>> {
    std::vector<Order> orders;
    for (const OrderId& id : ListIds(filter, ParametersOf(filter, before, limit))) {
      orders.push_back(ReadOne(find_.Select(id)).value());
    }
    return orders;
  });
}

absl::Status SqliteOrders::Insert(const Order& order) {
  return connection_.CatchErrors([&] {
    insert_.ExecuteRow(order.fields());
    std::int64_t number = 0;
    for (const OrderLine& line : order->lines) insert_line_.ExecuteRow(line, order->id, number++);
    PutPayments(order.fields());
    InsertEntries(order);
    return absl::OkStatus();
  });
}

absl::Status SqliteOrders::Update(const Order& order) {
  return connection_.CatchErrors([&] {
    // The state first, because only a cancelled order may be paid more than its total (a CHECK constraint).
    update_index_columns_.ExecuteRow<OrderIndexColumns>(order.fields(), order->id);
    if (update_.ExecuteRow<OrderUpdateColumns>(order.fields(), order->id) != 1) {
      return absl::InternalError("the order to update does not exist");
    }
    std::int64_t number = 0;
    for (const OrderLine& line : order->lines) {
      update_line_.ExecuteRow<MutableColumns>(line, order->id, number++);
    }
    PutPayments(order.fields());
    InsertEntries(order);
    return absl::OkStatus();
  });
}

void SqliteOrders::InsertEntries(const Order& order) {
  for (const LedgerEntry& entry : order.entries()) insert_entry_.ExecuteRow(entry);
}

}  // namespace keelson
