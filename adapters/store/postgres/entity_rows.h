// Entities as rows of results and parameters of statements, by the tables of their columns.
#pragma once

#include <utility>
#include <vector>

#include "adapters/store/postgres/connection.h"
#include "adapters/store/postgres/session.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {

// Row number `row` of a result that has kColumnNames<Row>, and further columns. Throws as PgResult::Read.
template <HasFields Row, typename... Ts>
Row ReadRow(const PgResult& result, int row, Ts&... more) {
  Row fields;
  WithColumns(fields, [&](auto&... columns) { result.Read(row, columns..., more...); });
  return fields;
}

// All rows; each is a Row, or an entity that a Row makes.
template <HasFields Row, typename Entity = Row>
std::vector<Entity> ReadRows(const PgResult& result) {
  std::vector<Entity> entities;
  entities.reserve(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) entities.emplace_back(ReadRow<Row>(result, row));
  return entities;
}

template <HasFields Row, typename Entity = Row>
std::optional<Entity> ReadOneRow(const PgResult& result) {
  if (result.rows() == 0) return std::nullopt;
  return Entity(ReadRow<Row>(result, 0));
}

// Queues kInsertInto.
template <typename Selection = AllColumns, HasFields Row>
void InsertRow(PgSession& session, const char* sql, const Row& row) {
  WithColumns<Selection>(row, [&](const auto&... columns) { session.Execute(sql, columns...); });
}

// Queues kUpdateById of a row that must be there.
template <typename Selection = MutableColumns, HasFields Row>
void UpdateRow(PgSession& session, const char* sql, const Row& row) {
  WithColumns<Selection>(row,
                         [&](const auto&... columns) { session.ExecuteOneRow(sql, row.id, columns...); });
}

}  // namespace keelson
