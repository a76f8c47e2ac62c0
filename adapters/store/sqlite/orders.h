#pragma once

#include "adapters/store/sqlite/listing.h"
#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

// Statements for the lines of an order. The INSERT takes the order's id and the line's number first.
inline constexpr auto kSqliteFindOrderLines =
    "SELECT " + kColumnNames<OrderLine> + " FROM order_lines WHERE order_id = ? ORDER BY line";
inline constexpr auto kSqliteInsertOrderLine =
    "INSERT INTO order_lines (order_id, line, " + kColumnNames<OrderLine> + ") VALUES (?1, ?2, " +
    kParameters<SqlDialect::kSqlite, OrderLine, AllColumns, 3> + ")";

// Statements for the payments of an order. The INSERT takes the order's id, the payment's number and the
// order's create_time first.
inline constexpr auto kSqliteFindOrderPayments =
    "SELECT " + kColumnNames<OrderPayment> + " FROM order_payments WHERE order_id = ? ORDER BY payment";
inline constexpr auto kSqliteInsertOrderPayment =
    "INSERT INTO order_payments (order_id, payment, order_time, " + kColumnNames<OrderPayment> +
    ") VALUES (?1, ?2, ?3, " + kParameters<SqlDialect::kSqlite, OrderPayment, AllColumns, 4> + ")";

// Update writes only the mutable columns: id, user, currency, reference and the prices of lines never change.
class SqliteOrders : public OrderRepository {
 public:
  explicit SqliteOrders(Connection& connection);

  Found<Order> Find(OrderId id) override;
  Found<Order> FindByReference(std::string_view reference) override;
  absl::StatusOr<std::vector<PaidOrder>> FindPaidOrders(std::span<const PaymentKey> payments) override;
  absl::StatusOr<std::vector<Order>> List(const OrderFilter& filter, std::optional<ListPosition> before,
                                          int limit) override;
  absl::Status Insert(const Order& order) override;
  absl::Status Update(const Order& order) override;

 private:
  std::optional<Order> ReadOne(Rows rows);
  std::vector<OrderLine> ReadLines(OrderId id);
  std::vector<OrderPayment> ReadPayments(OrderId id);
  void PutPayments(const OrderFields& order);
  void InsertEntries(const Order& order);
  std::vector<OrderId> ListIds(const OrderFilter& filter, const ListParameters& parameters);

  Connection& connection_;
  Query find_;
  Query find_by_reference_;
  Query find_lines_;
  Query find_payments_;
  Query find_paid_order_;
  Query list_;
  Query list_of_reference_;
  Query list_of_payment_;
  Query list_of_user_;
  Query list_of_label_;
  Query list_of_refund_status_;
  Query list_refunded_;
  Query insert_;
  Query insert_line_;
  Query update_;
  // Sets the indexed columns; see OrderIndexColumns.
  Query update_index_columns_;
  Query update_line_;
  Query put_payment_;
  Query insert_entry_;
};

}  // namespace keelson
