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

}  // namespace keelson::e2e
