// Tests the database roles in the README: an owner that migrates the schema, and a role that the service
// uses.
#include <catch2/catch.hpp>
#include <sstream>

#include "core/common/strings.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/store_pair.h"
#include "tests/e2e/support/stores.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson::e2e {
namespace {

using Catch::Contains;

// Executes the statements between the README's markers, each in the database of the last \connect.
void ExecuteReadme(const servers::PostgresServer& server) {
  const std::string readme = ReadFile(KEELSON_README);
  const std::size_t begin = readme.find("```sql\n", readme.find("<!-- roles:begin -->")) + 7;
  std::istringstream lines(readme.substr(begin, readme.find("```\n", begin) - begin));
  std::string database = "postgres";
  std::string statement;
  int executed = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("--")) continue;
    if (line.starts_with("\\connect ")) {
      database = line.substr(9);
      continue;
    }
    statement += line + "\n";
    if (!line.ends_with(';')) continue;
    servers::PostgresSession(server.admin_url(database)).Execute(statement);
    statement.clear();
    ++executed;
  }
  CHECK(statement.empty());
  CHECK(executed == 6);
}

std::string UrlOf(const servers::PostgresServer& server, const std::string& role,
                  const std::string& password) {
  return StrCat("postgresql://", role, ":", password, "@127.0.0.1:", server.port(), "/keelson");
}

TEST_CASE("the README's grants suffice for the commands of each role") {
  servers::PostgresServer server;
  ExecuteReadme(server);
  const std::string owner = UrlOf(server, "keelson_owner", "change-me");
  const std::string app = UrlOf(server, "keelson_app", "change-me-too");
  const StorePair stores({"store.adapter=postgres", StrCat("store.postgres.url=", app)},
                         {"store.adapter=postgres", StrCat("store.postgres.url=", owner)});
  CheckRefused(stores.Run({"serve", "--config", "old.toml"}), 1, "the role that owns the schema");
  CheckDone(stores.Run({"migrate", "up", "--config", "new.toml"}));
  {
    ServiceProcess service(stores.path(), PostgresSettings(app));
    SeedHistory(service.Connect());
    CheckClean(stores.Verify("old.toml"));
    const CommandResult status = stores.Run({"migrate", "status", "--config", "old.toml"});
    CheckDone(status);
    CHECK_THAT(status.output, Contains("applied") && !Contains("pending"));
    CHECK(stores.Run({"migrate", "up", "--config", "old.toml"}).output == "nothing to do\n");
    CheckRefused(stores.Run({"migrate", "down", "--config", "old.toml"}), 1, "the role that owns the schema");
    CHECK(service.Stop() == 0);
  }
  WriteFile(stores.path() / "file.toml", "[store.sqlite]\npath = \"keelson.db\"\n");
  CheckDone(stores.Run({"transfer", "--from", "old.toml", "--to", "file.toml"}));
  // A single role that owns the database suffices for all commands.
  server.Execute("DROP DATABASE keelson WITH (FORCE)");
  server.Execute("CREATE DATABASE keelson OWNER keelson_owner ENCODING 'UTF8' TEMPLATE template0");
  CheckDone(stores.Run({"transfer", "--from", "file.toml", "--to", "new.toml"}));
  ServiceProcess service(stores.path(), PostgresSettings(owner));
  RegisterUser(service.Connect(), "bob@example.com");
}

TEST_CASE("the error for an invalid PostgreSQL URL names the key and the parameter, but not the password") {
  const StorePair stores(
      {"store.adapter=postgres",
       "store.postgres.url=postgresql://keelson:s3cret@127.0.0.1:1/keelson?schema=public"},
      {"store.adapter=postgres", "store.postgres.url=host=127.0.0.1 port=x password=s3cret"});
  for (const char* command : {"serve", "config check", "migrate up", "verify"}) {
    std::vector<std::string> arguments;
    std::istringstream words(command);
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.insert(arguments.end(), {"--config", "old.toml"});
    const CommandResult result = stores.Run(arguments);
    CheckRefused(result, 2, "old.toml:2: store.postgres.url has the parameter schema");
    CHECK_THAT(result.errors, !Contains("s3cret"));
  }
  const CommandResult result = stores.Run({"config", "check", "--config", "new.toml"});
  CheckRefused(result, 2, "new.toml:2: store.postgres.url is rejected by libpq: ");
  CHECK_THAT(result.errors, Contains("port") && !Contains("s3cret"));
}

}  // namespace
}  // namespace keelson::e2e
