// Orders and their lines as rows: the lines of an order come as one column of JSON, so that an order is one
// row of one statement.
#pragma once

#include "adapters/store/postgres/session.h"
#include "core/orders/order.h"

namespace keelson {

// KEELSON_ORDER_COLUMNS of orders o.
#define KEELSON_PG_ORDER_COLUMNS                                                                          \
  "o.id, o.user_id, o.state, o.currency, o.shipping, o.total, o.paid, o.refunded, o.refund_pending, "     \
  "o.refunded_shipping, o.refund_count, o.payment_provider, o.payment_reference, o.reference, o.labels, " \
  "o.create_time, o.update_time, o.pay_time, o.ship_time, o.deliver_time, o.cancel_time, o.version"
#define KEELSON_PG_ORDER_LINES                                                                       \
  "json_agg(json_build_array(l.sku, l.title, l.quantity, l.unit_price, l.discount, l.tax, l.total, " \
  "l.refunded_quantity, l.refunded_amount) ORDER BY l.line)"
#define KEELSON_PG_SELECT_ORDER                                          \
  "SELECT " KEELSON_PG_ORDER_COLUMNS ", (SELECT " KEELSON_PG_ORDER_LINES \
  " FROM order_lines l WHERE l.order_id = o.id AND l.user_id = o.user_id) FROM orders o WHERE "

// Throws std::runtime_error for what is no such JSON.
void Get(std::string_view bytes, std::vector<OrderLine>& lines);

// Without the lines.
OrderFields ReadOrderFields(const PgResult& result, int row);
// Of KEELSON_PG_SELECT_ORDER.
Order ReadOrder(const PgResult& result, int row);

void InsertOrderLines(PgSession& session, const OrderFields& order);
// What refunds have taken of each line.
void UpdateOrderLines(PgSession& session, const OrderFields& order);

}  // namespace keelson
