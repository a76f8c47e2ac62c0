#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <string>

namespace keelson::e2e {

// The test's own connection to the service's SQLite file. Fails the test on any error.
class Database {
 public:
  explicit Database(const std::filesystem::path& path);
  ~Database() { sqlite3_close(connection_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void Execute(const std::string& sql);
  // Returns the first column of the only row of a query.
  std::string Value(const std::string& sql);

 private:
  sqlite3* connection_ = nullptr;
};

}  // namespace keelson::e2e
