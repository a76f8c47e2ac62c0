// The store that the services of this run keep their data in: KEELSON_E2E_STORE is sqlite, as when it is not
// set, postgres, or postgres-pgbouncer. Tests for sqlite alone are tagged [sqlite] and say why.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/support/child_process.h"
#include "tests/support/postgres/postgres_session.h"

namespace keelson::e2e {

bool OnPostgres();
// What leads a service to the data that belongs to `folder`: there, or in a database of its own. The same for
// every service of the folder.
std::vector<std::string> StoreSettings(const std::filesystem::path& folder);
// What leads it to the database at `url`.
std::vector<std::string> PostgresSettings(const std::string& url, bool prepared_statements = true);
// Somebody else's change to it, in what SQL the stores have in common.
void ExecuteInStore(const std::filesystem::path& folder, const std::string& sql);
// That database without a pooler, for the user that services are.
std::string DatabaseUrl(const std::filesystem::path& folder);
// A superuser's session in it.
servers::PostgresSession ConnectToDatabase(const std::filesystem::path& folder);
// Runs a command, such as {"verify"}, on that store to its end.
CommandResult RunOnStore(const std::filesystem::path& folder, std::vector<std::string> arguments);
// All that the store holds for `folder`, as near to its bytes as can be had.
std::string StoredBytes(const std::filesystem::path& folder);

}  // namespace keelson::e2e
