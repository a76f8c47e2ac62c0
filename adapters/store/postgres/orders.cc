#include "adapters/store/postgres/orders.h"

#include <algorithm>

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/ledger.h"
#include "adapters/store/postgres/listing.h"
#include "adapters/store/postgres/locks.h"
#include "adapters/store/postgres/order_rows.h"
#include "core/orders/order_repository.h"

namespace keelson {
namespace {

constexpr auto kFindOrder = kPgSelectOrder + " FROM orders o WHERE o.id = $1";
constexpr auto kFindOrderByReference =
    kPgSelectOrder +
    " FROM orders o WHERE o.id = (SELECT order_id FROM order_references WHERE reference = $1)";
constexpr auto kFindOrdersByReference =
    kPgSelectOrder +
    " FROM orders o WHERE o.id IN (SELECT order_id FROM order_references WHERE reference = ANY ($1))";

constexpr auto kSelectOrderToLock = "SELECT " + kColumnNames<OrderFields> + " FROM orders WHERE ";
constexpr auto kLockOrder = kSelectOrderToLock + "id = $1 FOR NO KEY UPDATE";
// Locks rows in the order of their ids, so that two transactions never deadlock.
constexpr auto kLockOrders = kSelectOrderToLock + "id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";
constexpr auto kSelectLines = "SELECT order_id, " + kPgOrderLines + " FROM order_lines WHERE ";
constexpr auto kFindLinesOfOrder = kSelectLines + "order_id = $1 GROUP BY order_id";
constexpr auto kFindLinesOfOrders = kSelectLines + "order_id = ANY ($1) GROUP BY order_id";

constexpr auto kFindPaymentsOfOrders = "SELECT order_id, " + kPgOrderPayments +
                                       " FROM order_payments WHERE order_id = ANY ($1) GROUP BY order_id";
// Finds one order of each payment. The order row has the first payment, also of an order without rows in
// order_payments.
constexpr Sql kFindPaidOrders =
    "SELECT wanted.provider, wanted.reference, paid.id FROM unnest($1, $2) AS wanted (provider, reference) "
    "CROSS JOIN LATERAL ("
    "SELECT id FROM orders WHERE payment_reference = wanted.reference AND payment_reference <> '' AND "
    "payment_provider = wanted.provider UNION ALL "
    "SELECT order_id FROM order_payments p WHERE p.reference = wanted.reference AND p.reference <> '' AND "
    "p.provider = wanted.provider LIMIT 1) paid";
// Takes the locks in the order of the array.
constexpr Sql kTakeLocks = "SELECT pg_advisory_xact_lock(key) FROM unnest($1) AS wanted (key)";

constexpr auto kInsertOrder = kInsertInto<SqlDialect::kPostgres, OrderFields, "orders">;
constexpr Sql kInsertOrderReference =
    "INSERT INTO order_references (reference, order_id, user_id) VALUES ($1, $2, $3)";
constexpr auto kUpdateOrder = kUpdateById<SqlDialect::kPostgres, OrderFields, "orders">;

std::int64_t LockOfPayment(const PaymentKey& payment) {
  FieldWriter key;
  key(payment.provider), key(payment.reference);
  return LockOf(FingerprintOf(key.Take()));
}

std::optional<Order> ReadOneOrder(const PgResult& result) {
  if (result.rows() == 0) return std::nullopt;
  return ReadOrder(result, 0);
}

std::vector<Order> ReadOrders(const PgResult& result) {
  std::vector<Order> orders;
  orders.reserve(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) orders.push_back(ReadOrder(result, row));
  return orders;
}

}  // namespace

Found<Order> PgOrders::Find(OrderId id) {
  return session_.CatchErrors(
      [&]() -> Found<Order> { return ReadOneOrder(session_.SelectOne(kFindOrder, id)); });
}

Found<Order> PgOrders::FindForUpdate(OrderId id) {
  return session_.CatchErrors([&]() -> Found<Order> {
    std::vector<Order> found = FindLocked(kLockOrder, kFindLinesOfOrder, id);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  });
}

absl::StatusOr<std::vector<Order>> PgOrders::FindManyForUpdate(std::span<const OrderId> ids) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Order>> {
    return FindLocked(kLockOrders, kFindLinesOfOrders, ids);
  });
}

// Locks the orders in one statement and reads their lines in the next. A single statement would return
// outdated lines: a statement takes its snapshot before it waits for a lock.
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
    OrderFields fields = ReadRow<OrderFields>(locked, row);
    fields.lines = known_lines_[fields.id];
    orders.emplace_back(std::move(fields));
  }
  return WithPayments(std::move(orders));
}

// Few orders have rows in order_payments, so that most calls need no further query.
std::vector<Order> PgOrders::WithPayments(std::vector<Order> orders) {
  std::vector<OrderId> ids;
  for (const Order& order : orders) {
    if (order->payment_count > 0) ids.push_back(order->id);
  }
  if (ids.empty()) return orders;
  const PgResult result = session_.Select(kFindPaymentsOfOrders, ids);
  for (int row = 0; row < result.rows(); ++row) {
    OrderId id;
    std::vector<OrderPayment> payments;
    result.Read(row, id, payments);
    const auto found =
        std::find_if(orders.begin(), orders.end(), [&](const Order& o) { return o->id == id; });
    OrderFields fields = found->fields();
    fields.payments = std::move(payments);
    *found = Order(std::move(fields));
  }
  return orders;
}

Found<Order> PgOrders::FindByReference(std::string_view reference) {
  return session_.CatchErrors(
      [&]() -> Found<Order> { return ReadOneOrder(session_.SelectOne(kFindOrderByReference, reference)); });
}

absl::StatusOr<std::vector<Order>> PgOrders::FindManyByReference(std::span<const std::string> references) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Order>> {
    return ReadOrders(session_.Select(kFindOrdersByReference, references));
  });
}

absl::StatusOr<std::vector<PaidOrder>> PgOrders::FindPaidOrders(std::span<const PaymentKey> payments) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<PaidOrder>> {
    std::vector<std::string> providers;
    std::vector<std::string> references;
    for (const PaymentKey& payment : payments) {
      providers.push_back(payment.provider);
      references.push_back(payment.reference);
    }
    const PgResult result = session_.Select(kFindPaidOrders, providers, references);
    std::vector<PaidOrder> paid(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
      auto& [payment, order_id] = paid[static_cast<std::size_t>(row)];
      result.Read(row, payment.provider, payment.reference, order_id);
    }
    return paid;
  });
}

// An advisory lock, because a payment that paid no order has no row to lock. The locks are taken in ascending
// order, so that no two transactions deadlock. The statement that follows takes its snapshot after the wait.
absl::Status PgOrders::LockPayments(std::span<const PaymentKey> payments) {
  return session_.CatchErrors([&] {
    std::vector<std::int64_t> locks;
    for (const PaymentKey& payment : payments) locks.push_back(LockOfPayment(payment));
    std::sort(locks.begin(), locks.end());
    session_.Execute(kTakeLocks, locks);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<Order>> PgOrders::List(const OrderFilter& filter,
                                                  std::optional<ListPosition> before, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Order>> {
    return ReadOrders(SelectOrderPage(session_, filter, before, limit));
  });
}

absl::Status PgOrders::Insert(const Order& order) {
  return session_.CatchErrors([&] {
    const OrderFields& f = order.fields();
    InsertRow(session_, kInsertOrder, f);
    if (!f.reference.empty()) {
      session_.Execute(kInsertOrderReference, f.reference, f.id, f.user_id);
    }
    InsertOrderLines(session_, f);
    PutOrderPayments(session_, f);
    InsertLedgerEntries(session_, order.entries());
    return absl::OkStatus();
  });
}

absl::Status PgOrders::Update(const Order& order) {
  return session_.CatchErrors([&] {
    const OrderFields& f = order.fields();
    UpdateRow(session_, kUpdateOrder, f);
    std::vector<OrderLine>& known = known_lines_[f.id];
    if (known != f.lines) UpdateOrderLines(session_, f);
    known = f.lines;
    PutOrderPayments(session_, f);
    InsertLedgerEntries(session_, order.entries());
    return absl::OkStatus();
  });
}

}  // namespace keelson
