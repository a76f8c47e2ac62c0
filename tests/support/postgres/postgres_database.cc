#include "tests/support/postgres/postgres_database.h"

#include <atomic>
#include <exception>

#include "absl/strings/str_cat.h"

namespace keelson::servers {
namespace {

std::string NextName() {
  static std::atomic<int> number = 0;
  return absl::StrCat("test_", ++number);
}

}  // namespace

PostgresDatabase::PostgresDatabase(PostgresServer& server) : server_(server), name_(NextName()) {
  server_.CreateDatabase(name_);
}

PostgresDatabase::~PostgresDatabase() {
  try {
    server_.DropDatabase(name_);
  } catch (const std::exception&) {
    // The server is stopped; its directory is deleted with the database.
    return;
  }
}

}  // namespace keelson::servers
