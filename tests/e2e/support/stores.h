// The store of this test run: KEELSON_E2E_STORE is sqlite (default), postgres or postgres-pgbouncer. Tests
// for SQLite only have the tag [sqlite] and a comment with the reason.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/support/child_process.h"
#include "tests/support/postgres/postgres_session.h"

namespace keelson::e2e {

bool OnPostgres();
// Settings for a service with its data in `folder`, or in the database that belongs to `folder`. All services
// of one folder share the data.
std::vector<std::string> StoreSettings(const std::filesystem::path& folder);
// Settings for the database at `url`.
std::vector<std::string> PostgresSettings(const std::string& url, bool prepared_statements = true);
// Executes SQL on the store from outside the service; use only SQL that all stores support.
void ExecuteInStore(const std::filesystem::path& folder, const std::string& sql);
// URL of the database without PgBouncer, for the services' user.
std::string DatabaseUrl(const std::filesystem::path& folder);
// A superuser session in the database.
servers::PostgresSession ConnectToDatabase(const std::filesystem::path& folder);
// Runs a command, such as {"verify"}, on the store until it exits.
CommandResult RunOnStore(const std::filesystem::path& folder, std::vector<std::string> arguments);
// The content of the store for `folder`, as close to its bytes as possible.
std::string StoredBytes(const std::filesystem::path& folder);

}  // namespace keelson::e2e
