// Reads entities from result rows and passes them as statement parameters. The columns come from the entity's
// field table (sql_columns/columns.h).
#pragma once

#include <utility>
#include <vector>

#include "adapters/store/postgres/connection.h"
#include "adapters/store/postgres/session.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {

// Reads row `row` of a result with the columns kColumnNames<Row>, followed by those of `more`. Throws like
// PgResult::Read.
template <HasFields Row, typename... Ts>
Row ReadRow(const PgResult& result, int row, Ts&... more) {
  Row fields;
  WithColumns(fields, [&](auto&... columns) { result.Read(row, columns..., more...); });
  return fields;
}

// Reads all rows, each as an Entity that is constructed from a Row.
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

// Queues `sql`, a kInsertInto statement.
template <typename Selection = AllColumns, HasFields Row>
void InsertRow(PgSession& session, const char* sql, const Row& row) {
  WithColumns<Selection>(row, [&](const auto&... columns) { session.Execute(sql, columns...); });
}

// Queues `sql`, a kUpdateById statement; a missing row is an error.
template <typename Selection = MutableColumns, HasFields Row>
void UpdateRow(PgSession& session, const char* sql, const Row& row) {
  WithColumns<Selection>(row,
                         [&](const auto&... columns) { session.ExecuteOneRow(sql, row.id, columns...); });
}

}  // namespace keelson
