#include "adapters/store/sqlite/values.h"

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace keelson {
namespace {

using Json = nlohmann::json;

void BindJson(SQLite::Statement& statement, int index, const Json& value) {
  statement.bind(index, value.dump());
}

Json ParseJson(const SQLite::Column& column) {
  const char* text = column.getText();
  Json value = Json::parse(text, text + column.getBytes(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) throw std::runtime_error("a column is not valid JSON");
  return value;
}

}  // namespace

void Bind(SQLite::Statement& statement, int index, const std::map<std::string, std::string>& value, Bytes) {
  if (value.empty()) return statement.bind(index);
  BindJson(statement, index, value);
}

void Bind(SQLite::Statement& statement, int index, const std::vector<RefundLine>& value, Bytes) {
  if (value.empty()) return statement.bind(index);
  Json lines = Json::array();
  for (const RefundLine& line : value)
    lines.push_back({line.index, line.quantity, line.amount, line.withheld});
  BindJson(statement, index, lines);
}

void ReadBytes(const SQLite::Column& column, void* data, std::size_t size) {
  const void* bytes = column.getBlob();
  if (static_cast<std::size_t>(column.getBytes()) != size) {
    throw std::runtime_error("a column has the wrong length");
  }
  std::memcpy(data, bytes, size);
}

void ReadColumn(const SQLite::Column& column, std::string& value) {
  const auto* bytes = static_cast<const char*>(column.getBlob());
  value.assign(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(column.getBytes()));
}

void ReadColumn(const SQLite::Column& column, Currency& value) {
  std::string code;
  ReadColumn(column, code);
  const std::optional<Currency> currency = Currency::Parse(code);
  if (!currency && code != Currency().code()) throw std::runtime_error("a column is not a currency code");
  value = currency.value_or(Currency());
}

void ReadColumn(const SQLite::Column& column, absl::Time& value) {
  const std::int64_t micros = column.getInt64();
  value = absl::FromUnixMicros(micros);
  // Bind saturates.
  if (micros == std::numeric_limits<std::int64_t>::max()) value = absl::InfiniteFuture();
  if (micros == std::numeric_limits<std::int64_t>::min()) value = absl::InfinitePast();
}

void ReadColumn(const SQLite::Column& column, std::map<std::string, std::string>& value) {
  value.clear();
  if (!column.isNull()) ParseJson(column).get_to(value);
}

void ReadColumn(const SQLite::Column& column, std::vector<RefundLine>& value) {
  value.clear();
  if (column.isNull()) return;
  // Earlier versions store no withheld amount.
  for (const auto& line : ParseJson(column).get<std::vector<std::vector<std::int64_t>>>()) {
    value.push_back({line.at(0), line.at(1), line.at(2), line.size() > 3 ? line[3] : 0});
  }
}

}  // namespace keelson
