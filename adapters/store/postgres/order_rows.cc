#include "adapters/store/postgres/order_rows.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

// One member of every line, as a column's array.
template <typename Member>
auto Column(const std::vector<OrderLine>& lines, Member OrderLine::*member) {
  std::vector<Member> column;
  column.reserve(lines.size());
  for (const OrderLine& line : lines) column.push_back(line.*member);
  return column;
}

std::vector<std::int64_t> Numbers(const std::vector<OrderLine>& lines) {
  std::vector<std::int64_t> numbers(lines.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

void Get(std::string_view bytes, std::vector<OrderLine>& lines) {
  lines.clear();
  if (bytes.empty()) return;
  const nlohmann::json rows = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!rows.is_array()) throw std::runtime_error("an order's lines are no JSON");
  for (const nlohmann::json& row : rows) {
    OrderLine& l = lines.emplace_back();
    std::size_t column = 0;
    WithColumns(l, [&](auto&... columns) { (row.at(column++).get_to(columns), ...); });
  }
}

namespace {

// The columns of KEELSON_PG_ORDER_COLUMNS, and those that follow.
template <typename... Ts>
void ReadColumns(const PgResult& result, int row, OrderFields& f, Ts&... more) {
  WithColumns(f, [&](auto&... columns) { result.Read(row, columns..., more...); });
}

}  // namespace

OrderFields ReadOrderFields(const PgResult& result, int row) {
  OrderFields fields;
  ReadColumns(result, row, fields);
  return fields;
}

Order ReadOrder(const PgResult& result, int row) {
  OrderFields fields;
  ReadColumns(result, row, fields, fields.lines);
  return Order(std::move(fields));
}

void InsertOrderLines(PgSession& session, const OrderFields& order) {
  const std::vector<OrderLine>& lines = order.lines;
  session.Execute(
      "INSERT INTO order_lines (order_id, user_id, line, sku, title, quantity, unit_price, discount, tax, "
      "total, "
      "refunded_quantity, refunded_amount) SELECT $1, $2, * FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, "
      "$11, $12)",
      order.id, order.user_id, Numbers(lines), Column(lines, &OrderLine::sku),
      Column(lines, &OrderLine::title), Column(lines, &OrderLine::quantity),
      Column(lines, &OrderLine::unit_price), Column(lines, &OrderLine::discount),
      Column(lines, &OrderLine::tax), Column(lines, &OrderLine::total),
      Column(lines, &OrderLine::refunded_quantity), Column(lines, &OrderLine::refunded_amount));
}

void UpdateOrderLines(PgSession& session, const OrderFields& order) {
  session.Execute(
      "UPDATE order_lines l SET refunded_quantity = u.quantity, refunded_amount = u.amount "
      "FROM unnest($3, $4, $5) AS u (line, quantity, amount) "
      "WHERE l.order_id = $1 AND l.user_id = $2 AND l.line = u.line "
      "AND (l.refunded_quantity <> u.quantity OR l.refunded_amount <> u.amount)",
      order.id, order.user_id, Numbers(order.lines), Column(order.lines, &OrderLine::refunded_quantity),
      Column(order.lines, &OrderLine::refunded_amount));
}

}  // namespace keelson
