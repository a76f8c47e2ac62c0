// Reads and writes orders with their lines. A query returns the lines as one JSON column, so that an order is
// one row.
#pragma once

#include "adapters/store/postgres/session.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/orders/order.h"

namespace keelson {

// The lines as one JSON value, aggregated from rows of order_lines l.
inline constexpr auto kPgOrderLines =
    "json_agg(json_build_array(" + kColumnNames<OrderLine> + ") ORDER BY line)";
// Selects the columns that ReadOrder reads; append FROM orders o.
inline constexpr auto kPgSelectOrder =
    "SELECT " + kColumnNames<OrderFields> + ", (SELECT " + kPgOrderLines +
    " FROM order_lines l WHERE l.order_id = o.id AND l.user_id = o.user_id)";

// Throws std::runtime_error if the JSON is invalid.
void Get(std::string_view bytes, std::vector<OrderLine>& lines);

// Reads a result row of kPgSelectOrder.
Order ReadOrder(const PgResult& result, int row);

void InsertOrderLines(PgSession& session, const OrderFields& order);
// Writes the refunded quantity and amount of each line; other columns of a line never change.
void UpdateOrderLines(PgSession& session, const OrderFields& order);

}  // namespace keelson
