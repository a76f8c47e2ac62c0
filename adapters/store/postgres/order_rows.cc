#include "adapters/store/postgres/order_rows.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "absl/time/time.h"
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

constexpr auto kPutOrderPayment =
    "INSERT INTO order_payments (order_id, user_id, payment, order_time, " + kColumnNames<OrderPayment> +
    ") VALUES ($1, $2, $3, $4, " + kParameters<SqlDialect::kPostgres, OrderPayment, AllColumns, 5> +
    ") ON CONFLICT (order_id, user_id, payment) DO UPDATE SET " + kExcludedAssignments<OrderPayment>;

void GetValue(const nlohmann::json& json, absl::Time& time) {
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, json.get_ref<const std::string&>(), &time, &error)) return;
  throw std::runtime_error("a time in a JSON array is invalid: " + error);
}
template <typename T>
void GetValue(const nlohmann::json& json, T& value) {
  json.get_to(value);
}

// Reads an array of arrays, each with the columns of one row. An empty text (NULL) has no rows.
template <typename Row>
void GetRows(std::string_view bytes, std::vector<Row>& rows) {
  rows.clear();
  if (bytes.empty()) return;
  const nlohmann::json array = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!array.is_array()) throw std::runtime_error("the lines or payments of an order are not a JSON array");
  for (const nlohmann::json& json : array) {
    std::size_t column = 0;
    WithColumns(rows.emplace_back(), [&](auto&... columns) { (GetValue(json.at(column++), columns), ...); });
  }
}

std::vector<std::int64_t> Numbers(const std::vector<OrderLine>& lines) {
  std::vector<std::int64_t> numbers(lines.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

void Get(std::string_view bytes, std::vector<OrderLine>& lines) {
  GetRows(bytes, lines);
}

void Get(std::string_view bytes, std::vector<OrderPayment>& payments) {
  GetRows(bytes, payments);
}

Order ReadOrder(const PgResult& result, int row) {
  std::vector<OrderLine> lines;
  std::vector<OrderPayment> payments;
  OrderFields fields = ReadRow<OrderFields>(result, row, lines, payments);
  fields.lines = std::move(lines);
  fields.payments = std::move(payments);
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

void PutOrderPayments(PgSession& session, const OrderFields& order) {
  std::int64_t number = 0;
  for (const OrderPayment& payment : order.payments) {
    WithColumns(payment, [&](const auto&... columns) {
      session.Execute(kPutOrderPayment, order.id, order.user_id, number, order.create_time, columns...);
    });
    ++number;
  }
}

}  // namespace keelson
