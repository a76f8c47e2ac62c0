#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/statement_log.h"

namespace keelson {

// A SQLite connection that does not use the service's store. status() returns the first error.
class RawConnection {
 public:
  // Opens the database `path` and executes the statements `setup`.
  RawConnection(const std::filesystem::path& path, const std::vector<SqlStatement>& setup);

  // Executes the statement. Prepares it on first use and keeps the prepared statement.
  void Run(const SqlStatement& statement);
  void Begin() { Run({&begin_, {}}); }
  // Commits, and runs a checkpoint if the write-ahead log has reached the same size at which the store runs
  // one.
  void Commit();
  const absl::Status& status() const { return status_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  sqlite3_stmt* Prepare(const std::string* sql);
  // Records the connection's error in status_ if `succeeded` is false and status_ is still OK.
  void Check(bool succeeded);
  static int OnCommit(void* connection, sqlite3*, const char*, int log_pages);

  const std::string begin_ = "BEGIN IMMEDIATE";
  const std::string commit_ = "COMMIT";
  absl::Status status_;
  int log_pages_ = 0;
  std::unique_ptr<sqlite3, Close> database_;
  // Prepared statements by the address of their SQL text; each distinct text has one address (SqlStatement).
  std::unordered_map<const std::string*, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
};

}  // namespace keelson
