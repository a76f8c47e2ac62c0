#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/statement_log.h"

namespace keelson {

// A plain SQLite connection. status() returns the first error.
class RawConnection {
 public:
  // Executes `setup` after opening.
  RawConnection(const std::filesystem::path& path, const std::vector<SqlStatement>& setup);

  // Prepares the statement on first use and caches it.
  void Run(const SqlStatement& statement);
  void Begin() { Run({&begin_, {}}); }
  // Also runs a checkpoint when the write-ahead log reaches the store's limit.
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
  // Keeps the first error.
  void Check(bool as_it_should);
  static int OnCommit(void* connection, sqlite3*, const char*, int log_pages);

  const std::string begin_ = "BEGIN IMMEDIATE";
  const std::string commit_ = "COMMIT";
  absl::Status status_;
  int log_pages_ = 0;
  std::unique_ptr<sqlite3, Close> database_;
  // Keyed by the address of the SQL text, which is unique per statement.
  std::unordered_map<const std::string*, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
};

}  // namespace keelson
