// Selects the store of a test run by the environment variable KEELSON_E2E_STORE: sqlite (default), postgres
// or postgres-pgbouncer. A test that needs SQLite has the tag [sqlite] and a comment with the reason.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/support/child_process.h"
#include "tests/support/postgres/postgres_session.h"

namespace keelson::e2e {

bool OnPostgres();
// Returns the settings of a service whose data is in `folder` (SQLite) or in a PostgreSQL database that
// belongs to `folder`. All services with the same `folder` share their data.
std::vector<std::string> StoreSettings(const std::filesystem::path& folder);
// Returns the settings of a service that uses the PostgreSQL database at `url`.
std::vector<std::string> PostgresSettings(const std::string& url, bool prepared_statements = true);
// Executes SQL on the store from outside the service; use only SQL that all stores support.
void ExecuteInStore(const std::filesystem::path& folder, const std::string& sql);
// Returns the URL with which the service's user connects to the database directly, not through PgBouncer.
std::string DatabaseUrl(const std::filesystem::path& folder);
// Opens a session of the superuser in the database of `folder`.
servers::PostgresSession ConnectToDatabase(const std::filesystem::path& folder);
// Runs a command, such as {"verify"}, on the store until it exits.
CommandResult RunOnStore(const std::filesystem::path& folder, std::vector<std::string> arguments);
// Returns all bytes that the store of `folder` holds, to search them for secrets.
std::string StoredBytes(const std::filesystem::path& folder);

}  // namespace keelson::e2e
