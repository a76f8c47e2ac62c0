#include "tests/e2e/support/stores.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/folder.h"
#include "tests/support/postgres/pgbouncer.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson::e2e {
namespace {

std::string StoreName() {
  const char* name = std::getenv("KEELSON_E2E_STORE");
  return name == nullptr ? "sqlite" : name;
}

// Returns the name of the database that belongs to the directory; creates the database on first use.
std::string DatabaseOf(const std::filesystem::path& folder) {
  static std::mutex mutex;
  static std::set<std::string> databases;
  const std::string name = folder.filename();
  const std::lock_guard lock(mutex);
  if (databases.insert(name).second) servers::PostgresServer::Shared().CreateDatabase(name);
  return name;
}

}  // namespace

bool OnPostgres() {
  return StoreName() != "sqlite";
}

std::vector<std::string> StoreSettings(const std::filesystem::path& folder) {
  const std::string store = StoreName();
  if (store == "postgres") {
    return PostgresSettings(DatabaseUrl(folder));
  }
  if (store == "postgres-pgbouncer") {
    return PostgresSettings(servers::PgBouncer::Shared().url(DatabaseOf(folder)), false);
  }
  REQUIRE(store == "sqlite");
  return {"store.sqlite.path=keelson.db"};
}

void ExecuteInStore(const std::filesystem::path& folder, const std::string& sql) {
  if (OnPostgres()) return ConnectToDatabase(folder).Execute(sql);
  Database(folder / "keelson.db").Execute(sql);
}

CommandResult RunOnStore(const std::filesystem::path& folder, std::vector<std::string> arguments) {
  for (const std::string& setting : StoreSettings(folder)) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
  return RunKeelson(std::move(arguments), folder);
}

std::string DatabaseUrl(const std::filesystem::path& folder) {
  return servers::PostgresServer::Shared().url(DatabaseOf(folder));
}

std::vector<std::string> PostgresSettings(const std::string& url, bool prepared_statements) {
  return {"store.adapter=postgres", absl::StrCat("store.postgres.url=", url),
          absl::StrCat("store.postgres.prepared_statements=", prepared_statements ? "true" : "false")};
}

servers::PostgresSession ConnectToDatabase(const std::filesystem::path& folder) {
  return servers::PostgresSession(servers::PostgresServer::Shared().admin_url(DatabaseOf(folder)));
}

std::string StoredBytes(const std::filesystem::path& folder) {
  if (!OnPostgres()) return ReadFile(folder / "keelson.db") + ReadFile(folder / "keelson.db-wal");
  const servers::PostgresSession session = ConnectToDatabase(folder);
  session.Execute("SET bytea_output = escape");
  std::string bytes;
  for (const auto& table : session.Query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) {
    for (const auto& row : session.Query("SELECT t::text FROM " + table[0] + " t")) bytes += row[0] + "\n";
  }
  return bytes;
}

}  // namespace keelson::e2e
