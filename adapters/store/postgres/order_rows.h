// Orders and their lines as rows: the lines of an order come as one column of JSON, so that an order is one
// row of one statement.
#pragma once

#include "adapters/store/postgres/session.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/orders/order.h"

namespace keelson {

// The lines, a column of JSON: of rows of order_lines l.
inline constexpr auto kPgOrderLines =
    "json_agg(json_build_array(" + kColumnNames<OrderLine> + ") ORDER BY line)";
// The columns of ReadOrder: of a row of orders o.
inline constexpr auto kPgSelectOrder =
    "SELECT " + kColumnNames<OrderFields> + ", (SELECT " + kPgOrderLines +
    " FROM order_lines l WHERE l.order_id = o.id AND l.user_id = o.user_id)";

// Throws std::runtime_error for what is no such JSON.
void Get(std::string_view bytes, std::vector<OrderLine>& lines);

// Of kPgSelectOrder.
Order ReadOrder(const PgResult& result, int row);

void InsertOrderLines(PgSession& session, const OrderFields& order);
// What refunds have taken of each line.
void UpdateOrderLines(PgSession& session, const OrderFields& order);

}  // namespace keelson
