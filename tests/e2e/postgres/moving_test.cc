// Tests the commands transfer and verify between SQLite and PostgreSQL with the real binary.
#include <catch2/catch.hpp>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/store_pair.h"
#include "tests/support/postgres/free_port.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson::e2e {
namespace {

using Catch::Contains;
using Catch::StartsWith;

const StorePair::Settings kFile = {"store.adapter=sqlite", "store.sqlite.path=keelson.db"};
const StorePair::Settings kOtherFile = {"store.adapter=sqlite", "store.sqlite.path=new.db"};

StorePair::Settings Of(const std::string& url) {
  return {"store.adapter=postgres", StrCat("store.postgres.url=", url)};
}

// Transfers and verifies the store. Returns the output of transfer: one line per table with row count and
// hash.
std::string Moved(const StorePair& stores) {
  const CommandResult moved = stores.Transfer();
  CheckDone(moved);
  CheckClean(stores.Verify("new.toml"));
  return moved.output;
}

TEST_CASE("a store is transferred from SQLite to PostgreSQL, served, and transferred back") {
  const servers::PostgresDatabase database;
  const StorePair in(kFile, Of(database.url()));
  std::string user_id;
  {
    ServiceProcess service(in.path(), kFile);
    user_id = SeedHistory(service.Connect());
    CHECK(service.Stop() == 0);
  }
  const std::string moved = Moved(in);
  for (const char* line :
       {"users                        1 rows  ", "orders                       1 rows  ",
        "refunds                      2 rows  ", "settings                     1 rows  "}) {
    CHECK_THAT(moved, Contains(line));
  }
  CHECK(Moved(StorePair(Of(database.url()), kFile)) == moved);
  {
    ServiceProcess service(in.path(), Of(database.url()));
    const Client client = service.Connect();
    CHECK(client(&Accounts::GetUser, Field("id", user_id))->user().email() == "ada@example.com");
    DeliveredOrder(client, "bob@example.com", 1, 100);
    CheckClean(in.Verify("new.toml"));
    CHECK(service.Stop() == 0);
  }
  const StorePair out(Of(database.url()), kFile);
  CHECK_THAT(Moved(out), Contains("orders                       2 rows  "));
  ServiceProcess service(out.path(), kFile);
  CHECK(service.Connect()(&Accounts::GetUser, Field("id", user_id))->user().email() == "ada@example.com");
}

TEST_CASE("a killed transfer into PostgreSQL resumes at its checkpoint") {
  const servers::PostgresDatabase database;
  const servers::PostgresSession session = database.Connect();
  const StorePair stores(kFile, Of(database.url()));
  {
    ServiceProcess service(stores.path(), kFile);
    SeedHistory(service.Connect());
    CHECK(service.Stop() == 0);
  }
  Database(stores.path() / "keelson.db")
      .Execute(
          "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
          "INSERT INTO cooldowns (key, until_time) SELECT randomblob(16), i FROM n");
  stores.KillTransfer([&] {
    return session.Value("SELECT to_regclass('cooldowns') IS NOT NULL") == "t" &&
           session.Value("SELECT count(*) > 10000 FROM cooldowns") == "t";
  });
  CHECK(session.Value("SELECT count(*) < 400000 FROM cooldowns") == "t");
  CheckRefused(stores.Run({"serve", "--config", "new.toml"}), 1, "holds an incomplete transfer");
  CHECK_THAT(Moved(stores), Contains("cooldowns               400000 rows  "));
  CheckRefused(stores.Transfer(), 1, "the target is not empty: its table users has 1 row");
}

TEST_CASE("a killed transfer out of PostgreSQL resumes at its checkpoint") {
  const servers::PostgresDatabase database;
  const StorePair stores(Of(database.url()), kOtherFile);
  CHECK(stores.Run({"migrate", "up", "--config", "old.toml"}).exit_code == 0);
  database.Connect().Execute(
      "INSERT INTO cooldowns (key, until_time) SELECT gen_random_uuid(), now() FROM "
      "generate_series(1, 400000)");
  const std::filesystem::path log = stores.path() / "new.db-wal";
  std::error_code error;
  stores.KillTransfer([&] { return std::filesystem::file_size(log, error) > 1'000'000 && !error; });
  CHECK_THAT(Moved(stores), Contains("cooldowns               400000 rows  "));
}

TEST_CASE("transfer and verify report why a database can't be used") {
  const servers::PostgresDatabase database;
  const servers::PostgresSession session = database.Connect();
  const StorePair in(kFile, Of(database.url()));
  const StorePair out(Of(database.url()), kOtherFile);
  CHECK(ServiceProcess(in.path(), kFile).Stop() == 0);
  const std::string told = StrCat("the database ", database.name(), " on 127.0.0.1");
  SECTION("the database has no schema") {
    CheckRefused(out.Transfer(), 1, StrCat("the source: ", told));
    CheckRefused(out.Verify("old.toml"), 1, "run keelson migrate up");
    CHECK_FALSE(std::filesystem::exists(out.path() / "new.db"));
  }
  SECTION("the database has a newer schema") {
    CHECK(in.Run({"migrate", "up", "--config", "new.toml"}).exit_code == 0);
    session.Execute("INSERT INTO schema_migrations VALUES (999, 'future', 'x', now())");
    CheckRefused(in.Transfer(), 1, StrCat("the target: ", told));
    CheckRefused(out.Transfer(), 1, StrCat("the source: ", told));
    CheckRefused(out.Verify("old.toml"), 1, "newer schema");
  }
  SECTION("a service uses the database") {
    ServiceProcess service(in.path(), Of(database.url()));
    CheckRefused(in.Transfer(), 1, StrCat("the target: ", told));
    CheckRefused(out.Transfer(), 1, "is in use by another process");
  }
  SECTION("the source and the target are the same database") {
    CHECK(in.Run({"migrate", "up", "--config", "new.toml"}).exit_code == 0);
    CheckRefused(in.Run({"transfer", "--from", "new.toml", "--to", "new.toml"}), 1,
                 StrCat("the target: ", told));
  }
  SECTION("the target holds an incomplete transfer from another source") {
    CHECK(in.Run({"migrate", "up", "--config", "new.toml"}).exit_code == 0);
    session.Execute("INSERT INTO settings (name, value) VALUES ('transfer', '\\x00')");
    CheckRefused(in.Transfer(), 1, "holds an incomplete transfer from another source");
  }
}

TEST_CASE("transfer and verify report an unreachable server") {
  const int port = servers::FreePort();
  const std::string url = servers::PostgresServer::UrlAt(port, "app");
  const StorePair in(kFile, Of(url));
  const StorePair out(Of(url), kOtherFile);
  CHECK(ServiceProcess(in.path(), kFile).Stop() == 0);
  const std::string told = StrCat("the database app on 127.0.0.1 port ", port, " can't be reached");
  CheckRefused(in.Transfer(), 1, StrCat("the target: ", told));
  CheckRefused(out.Transfer(), 1, StrCat("the source: ", told));
  CheckRefused(out.Verify("old.toml"), 1, told);
}

TEST_CASE("verify reports a violated invariant while the database is in use") {
  const servers::PostgresDatabase database;
  const StorePair stores(kFile, Of(database.url()));
  ServiceProcess service(stores.path(), Of(database.url()));
  SeedHistory(service.Connect());
  CheckClean(stores.Verify("new.toml"));

  const servers::PostgresSession session = database.Connect();
  session.Execute("UPDATE orders SET refunded = refunded - 1");
  const CommandResult found = stores.Verify("new.toml");
  CHECK(found.exit_code == 1);
  CHECK_THAT(found.output, StartsWith("orders order_") &&
                               Contains(": order_totals_are_fold_of_refunds: refunded is 1999, not 2000\n"));

  session.Execute("UPDATE orders SET refunded = refunded + 1");
  session.Execute("UPDATE events SET actor = 'nobody' WHERE sequence = 3");
  const CommandResult tampered = stores.Verify("new.toml");
  CHECK(tampered.exit_code == 1);
  CHECK_THAT(tampered.output, StartsWith("events 3: event_hashes_verify: "));
}

TEST_CASE("verify reports no findings during concurrent writes") {
  const servers::PostgresDatabase database;
  const StorePair stores(kFile, Of(database.url()));
  ServiceProcess service(stores.path(), Of(database.url()));
  const std::string order_id = DeliveredOrder(service.Connect(), "ada@example.com", 1, 1'000'000);
  std::jthread writer([&](const std::stop_token& stop) {
    const Client own = service.Connect();
    for (int i = 0; !stop.stop_requested(); ++i) {
      own(&Refunds::CreateRefund,
          StrCat(Field("request_id", StrCat(i)), Field("order_id", order_id), AmountScope(1)));
    }
  });
  for (int i = 0; i < 5; ++i) CheckClean(stores.Verify("new.toml"));
}

}  // namespace
}  // namespace keelson::e2e
