#pragma once

#include <SQLiteCpp/Statement.h>

#include <optional>

#include "adapters/store/sql_columns/columns.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/values.h"

namespace keelson {

// The rows of a running query, one at a time. Ends the query when it goes.
class Rows {
 public:
  explicit Rows(SQLite::Statement& statement) : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() {
    statement_.tryReset();
    statement_.clearBindings();
  }

  // False where there are no more. Throws.
  bool Next() { return statement_.executeStep(); }
  // The current row's columns, from the first on. Throws.
  template <typename... Ts>
  void Read(Ts&... values) const {
    int index = 0;
    (ReadColumn(statement_.getColumn(index++), values), ...);
  }
  // The current row where the query selects kColumnNames<Row>, and further columns. Throws.
  template <HasFields Row, typename... Ts>
  Row ReadRow(Ts&... more) const {
    Row row;
    WithColumns(row, [&](auto&... columns) { Read(columns..., more...); });
    return row;
  }

 private:
  SQLite::Statement& statement_;
};

// A statement that is prepared at its first use and kept as long as its connection. Throws SQLite::Exception:
// for use under Connection::CatchErrors.
class Query {
 public:
  // `sql` must outlive the query.
  Query(Connection& connection, const char* sql) : connection_(connection), sql_(sql) {}

  template <typename... Args>
  Rows Select(const Args&... args) {
    return Rows(Prepare(Bytes::kCopied, args...));
  }
  // How many rows it changed.
  template <typename... Args>
  int Execute(const Args&... args) {
    Rows rows(Prepare(Bytes::kBorrowed, args...));
    while (rows.Next()) {
    }
    return statement_->getChanges();
  }
  // The same with `first` and then the row's selected columns as the parameters.
  template <typename Selection = AllColumns, HasFields Row, typename... First>
  int ExecuteRow(const Row& row, const First&... first) {
    return WithColumns<Selection>(row, [&](const auto&... columns) { return Execute(first..., columns...); });
  }

 private:
  template <typename... Args>
  SQLite::Statement& Prepare([[maybe_unused]] Bytes bytes, const Args&... args) {
    if (!statement_) statement_.emplace(connection_.database(), sql_);
    int index = 1;
    (Bind(*statement_, index++, args, bytes), ...);
    return *statement_;
  }

  Connection& connection_;
  const char* sql_;
  std::optional<SQLite::Statement> statement_;
};

}  // namespace keelson
