#include "tests/e2e/support/database.h"

#include <catch2/catch.hpp>

namespace keelson::e2e {

Database::Database(const std::filesystem::path& path) {
  REQUIRE(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK);
  sqlite3_busy_timeout(connection_, 10'000);
}

void Database::Execute(const std::string& sql) {
  const int result = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  INFO(sql << ": " << sqlite3_errmsg(connection_));
  REQUIRE(result == SQLITE_OK);
}

std::string Database::Value(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  INFO(sql << ": " << sqlite3_errmsg(connection_));
  REQUIRE(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  const int first = sqlite3_step(statement);
  std::string value;
  if (first == SQLITE_ROW) value = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  const int second = sqlite3_step(statement);
  sqlite3_finalize(statement);
  REQUIRE(first == SQLITE_ROW);
  REQUIRE(second == SQLITE_DONE);
  return value;
}

}  // namespace keelson::e2e
