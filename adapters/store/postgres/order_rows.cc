#include "adapters/store/postgres/order_rows.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "adapters/store/postgres/entity_rows.h"

namespace keelson {
namespace {

constexpr auto kInsertOrderLines = "INSERT INTO order_lines (order_id, user_id, line, " +
                                   kColumnNames<OrderLine> + ") SELECT $1, $2, * FROM unnest($3, " +
                                   kParameters<SqlDialect::kPostgres, OrderLine, AllColumns, 4> + ")";

constexpr auto kSetFromUpdates = JoinColumns<OrderLine, MutableColumns, ", ">(
    [](SqlBuilder& sql, std::string_view name, std::size_t /*place*/) {
      sql.Add(name).Add(" = u.").Add(name);
    });
constexpr auto kDiffersFromUpdates = JoinColumns<OrderLine, MutableColumns, " OR ">(
    [](SqlBuilder& sql, std::string_view name, std::size_t /*place*/) {
      sql.Add("l.").Add(name).Add(" <> u.").Add(name);
    });
constexpr auto kUpdateOrderLines = "UPDATE order_lines l SET " + kSetFromUpdates + " FROM unnest($3, " +
                                   kParameters<SqlDialect::kPostgres, OrderLine, MutableColumns, 4> +
                                   ") AS u (line, " + kColumnNames<OrderLine, MutableColumns> +
                                   ") WHERE l.order_id = $1 AND l.user_id = $2 AND l.line = u.line AND (" +
                                   kDiffersFromUpdates + ")";

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
  if (!rows.is_array()) throw std::runtime_error("the lines of an order are not a JSON array");
  for (const nlohmann::json& row : rows) {
    OrderLine& l = lines.emplace_back();
    std::size_t column = 0;
    WithColumns(l, [&](auto&... columns) { (row.at(column++).get_to(columns), ...); });
  }
}

Order ReadOrder(const PgResult& result, int row) {
  std::vector<OrderLine> lines;
  OrderFields fields = ReadRow<OrderFields>(result, row, lines);
  fields.lines = std::move(lines);
  return Order(std::move(fields));
}

void InsertOrderLines(PgSession& session, const OrderFields& order) {
  WithColumnArrays(order.lines, [&](const auto&... columns) {
    session.Execute(kInsertOrderLines, order.id, order.user_id, Numbers(order.lines), columns...);
  });
}

void UpdateOrderLines(PgSession& session, const OrderFields& order) {
  WithColumnArrays<MutableColumns>(order.lines, [&](const auto&... columns) {
    session.Execute(kUpdateOrderLines, order.id, order.user_id, Numbers(order.lines), columns...);
  });
}

}  // namespace keelson
