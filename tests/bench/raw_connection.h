#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/statement_log.h"

namespace keelson {

// A SQLite connection and nothing around it. What fails first is told by status() in the end.
class RawConnection {
 public:
  // `setup` is run at once.
  RawConnection(const std::filesystem::path& path, const std::vector<SqlStatement>& setup);

  // Prepared at its first run, and kept.
  void Run(const SqlStatement& statement);
  void Begin() { Run({&begin_, {}}); }
  // And then checkpoints where the write-ahead log has grown as long as the store lets it grow.
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
  // Keeps the error, where it is the first, of a call that has not answered as it should.
  void Check(bool as_it_should);
  static int OnCommit(void* connection, sqlite3*, const char*, int log_pages);

  const std::string begin_ = "BEGIN IMMEDIATE";
  const std::string commit_ = "COMMIT";
  absl::Status status_;
  int log_pages_ = 0;
  std::unique_ptr<sqlite3, Close> database_;
  // By the text's address, which is one for each statement.
  std::unordered_map<const std::string*, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
};

}  // namespace keelson
