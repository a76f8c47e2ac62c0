// Reads and writes orders with their lines and payments. A query returns the lines as one JSON column and the
// payments as another, so that an order is one row.
#pragma once

#include "adapters/store/postgres/session.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/orders/order.h"

namespace keelson {

// The lines as one JSON value, aggregated from rows of order_lines l.
inline constexpr auto kPgOrderLines =
    "json_agg(json_build_array(" + kColumnNames<OrderLine> + ") ORDER BY line)";
// The payments as one JSON value, aggregated from rows of order_payments.
inline constexpr auto kPgOrderPayments =
    "json_agg(json_build_array(" + kColumnNames<OrderPayment> + ") ORDER BY payment)";
// Selects the columns that ReadOrder reads; append FROM orders o.
inline constexpr auto kPgSelectOrder =
    "SELECT " + kColumnNames<OrderFields> + ", (SELECT " + kPgOrderLines +
    " FROM order_lines l WHERE l.order_id = o.id AND l.user_id = o.user_id), CASE WHEN payment_count > 0 "
    "THEN "
    "(SELECT " +
    kPgOrderPayments + " FROM order_payments p WHERE p.order_id = o.id AND p.user_id = o.user_id) END";

// Throw std::runtime_error if the JSON is invalid.
void Get(std::string_view bytes, std::vector<OrderLine>& lines);
void Get(std::string_view bytes, std::vector<OrderPayment>& payments);

// Reads a result row of kPgSelectOrder.
Order ReadOrder(const PgResult& result, int row);

void InsertOrderLines(PgSession& session, const OrderFields& order);
// Writes the refunded quantity and amount of each line; other columns of a line never change.
void UpdateOrderLines(PgSession& session, const OrderFields& order);
// Inserts the payments that are not stored yet, and writes the refunded amounts of the others.
void PutOrderPayments(PgSession& session, const OrderFields& order);

}  // namespace keelson
