#pragma once

#include <SQLiteCpp/Statement.h>

#include <optional>

#include "adapters/store/sql_columns/columns.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/values.h"

namespace keelson {

// The result rows of a running query. The destructor ends the query. Not thread-safe.
class Rows {
 public:
  explicit Rows(SQLite::Statement& statement) : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() {
    statement_.tryReset();
    statement_.clearBindings();
  }

  // Moves to the next row; the first call moves to the first row. Returns false after the last row. Throws
  // SQLite::Exception.
  bool Next() { return statement_.executeStep(); }
  // Reads the first columns of the current row. Throws std::runtime_error if a value is invalid for its type.
  template <typename... Ts>
  void Read(Ts&... values) const {
    int index = 0;
    (ReadColumn(statement_.getColumn(index++), values), ...);
  }
  // Reads the current row of a query that selects kColumnNames<Row>, followed by the columns of `more`.
  // Throws like Read.
  template <HasFields Row, typename... Ts>
  Row ReadRow(Ts&... more) const {
    Row row;
    WithColumns(row, [&](auto&... columns) { Read(columns..., more...); });
    return row;
  }

 private:
  SQLite::Statement& statement_;
};

// A statement that is prepared at its first use and then kept. Must not outlive its connection. Methods throw
// SQLite::Exception: call them within Connection::CatchErrors. Not thread-safe.
class Query {
 public:
  // `sql` must outlive the query.
  Query(Connection& connection, const char* sql) : connection_(connection), sql_(sql) {}

  template <typename... Args>
  Rows Select(const Args&... args) {
    return Rows(Prepare(Bytes::kCopied, args...));
  }
  // Returns the number of changed rows.
  template <typename... Args>
  int Execute(const Args&... args) {
    Rows rows(Prepare(Bytes::kBorrowed, args...));
    while (rows.Next()) {
    }
    return statement_->getChanges();
  }
  // Like Execute, with the parameters `first`, followed by the selected columns of `row`.
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
