// Tests `keelson transfer`, `keelson verify` and `keelson backup` with the real binary.
#include <catch2/catch.hpp>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/store_pair.h"

namespace keelson::e2e {
namespace {

using Catch::Contains;
using Catch::StartsWith;

// [sqlite]: the source and the target of these transfers are SQLite files.
TEST_CASE("a service on the target of a transfer has the data of the source", "[sqlite]") {
  const StorePair stores;
  std::string user_id;
  {
    ServiceProcess service(stores.path());
    user_id = SeedHistory(service.Connect());
    CHECK(service.Stop() == 0);
  }
  const CommandResult moved = stores.Transfer();
  CheckDone(moved);
  for (const char* line :
       {"users                        1 rows  ", "orders                       1 rows  ",
        "refunds                      2 rows  ", "settings                     1 rows  "}) {
    CHECK_THAT(moved.output, Contains(line));
  }
  CheckClean(stores.Verify("new.toml"));

  ServiceProcess service(stores.path(), {"store.sqlite.path=new.db"});
  const Client client = service.Connect();
  CHECK(client(&Accounts::GetUser, Field("id", user_id))->user().email() == "ada@example.com");
  DeliveredOrder(client, "bob@example.com", 1, 100);
  CheckClean(stores.Verify("new.toml"));
}

TEST_CASE("a killed transfer resumes at its checkpoint; before completion, keelson serve rejects the target",
          "[sqlite]") {
  const StorePair stores;
  {
    ServiceProcess service(stores.path());
    SeedHistory(service.Connect());
    CHECK(service.Stop() == 0);
  }
  Database(stores.path() / "keelson.db")
      .Execute(
          "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
          "INSERT INTO cooldowns (key, until_time) SELECT randomblob(16), i FROM n");
  const std::filesystem::path log = stores.path() / "new.db-wal";
  std::error_code error;
  stores.KillTransfer([&] { return std::filesystem::file_size(log, error) > 1'000'000 && !error; });
  const CommandResult served = stores.Run({"serve", "--config", "new.toml"});
  CheckRefused(served, 1, "holds an incomplete transfer");

  const CommandResult moved = stores.Transfer();
  CheckDone(moved);
  CHECK_THAT(moved.output, Contains("cooldowns               400000 rows  "));
  CheckClean(stores.Verify("new.toml"));
  CheckRefused(stores.Transfer(), 1, "the target is not empty: its table users has 1 row");
}

TEST_CASE("a transfer into a target with an incomplete transfer from another source is rejected",
          "[sqlite]") {
  const StorePair stores;
  CHECK(ServiceProcess(stores.path()).Stop() == 0);
  CHECK(stores.Run({"migrate", "up", "--config", "new.toml"}).exit_code == 0);
  Database(stores.path() / "new.db").Execute("INSERT INTO settings (name, value) VALUES ('transfer', x'00')");
  CheckRefused(stores.Transfer(), 1, "holds an incomplete transfer from another source");
}

TEST_CASE("the error for an impossible transfer names the cause", "[sqlite]") {
  const StorePair stores;
  CheckRefused(stores.Transfer(), 1, "the source: the database keelson.db can't be reached");
  CHECK_FALSE(std::filesystem::exists(stores.path() / "new.db"));
  {
    ServiceProcess service(stores.path());
    CheckRefused(stores.Transfer(), 1, "the source: the database keelson.db is in use by another process");
  }
  CheckRefused(stores.Run({"transfer", "--from", "old.toml", "--to", "old.toml"}), 1,
               "the target: the database keelson.db is in use");
  WriteFile(stores.path() / "memory.toml", "[store]\nadapter = \"memory\"\n");
  CheckRefused(stores.Run({"transfer", "--from", "old.toml", "--to", "memory.toml"}), 2,
               "store.adapter memory supports neither transfer nor verify");
  CHECK(stores.Run({"transfer", "--from", "old.toml"}).exit_code == 2);
  CHECK(stores.Run({"transfer", "--from", "nothing.toml", "--to", "new.toml"}).exit_code == 2);
}

TEST_CASE("verify runs while the service runs, and reports a violated invariant", "[sqlite]") {
  const StorePair stores;
  ServiceProcess service(stores.path());
  SeedHistory(service.Connect());
  CheckClean(stores.Verify("old.toml"));

  Database(stores.path() / "keelson.db").Execute("UPDATE orders SET refunded = refunded - 1");
  const CommandResult found = stores.Verify("old.toml");
  CHECK(found.exit_code == 1);
  CHECK_THAT(found.output, StartsWith("orders order_") &&
                               Contains(": order_totals_are_fold_of_refunds: refunded is 1999, not 2000\n"));

  Database(stores.path() / "keelson.db").Execute("UPDATE orders SET refunded = refunded + 1");
  Database(stores.path() / "keelson.db").Execute("UPDATE events SET actor = 'nobody' WHERE sequence = 3");
  const CommandResult tampered = stores.Verify("old.toml");
  CHECK(tampered.exit_code == 1);
  CHECK_THAT(tampered.output, StartsWith("events 3: event_hashes_verify: "));
}

TEST_CASE("verify rejects a missing database, and a store that does not support verify", "[sqlite]") {
  const StorePair stores;
  CheckRefused(stores.Verify("old.toml"), 1, "keelson.db can't be reached");
  CheckRefused(stores.Run({"verify", "--set", "store.adapter=memory"}), 2,
               "supports neither transfer nor verify");
}

TEST_CASE("a backup that is made during writes is a consistent store", "[sqlite]") {
  const StorePair stores;
  ServiceProcess service(stores.path());
  const Client client = service.Connect();
  const std::string order_id = DeliveredOrder(client, "ada@example.com", 1, 1'000'000);
  std::jthread writer([&](const std::stop_token& stop) {
    const Client own = service.Connect();
    for (int i = 0; !stop.stop_requested(); ++i) {
      own(&Refunds::CreateRefund,
          StrCat(Field("request_id", StrCat(i)), Field("order_id", order_id), AmountScope(1)));
    }
  });
  CHECK(Await([&] { return CountRefunds(client, order_id) >= 5; }));
  const CommandResult backup = stores.Run({"backup", "copy.db", "--config", "old.toml"});
  writer.request_stop();
  writer.join();
  CHECK(backup.errors.empty());
  CHECK(backup.output == "backed up to copy.db\n");
  CHECK(backup.exit_code == 0);
  CheckClean(stores.Run({"verify", "--set", "store.sqlite.path=copy.db"}));
  CheckClean(stores.Verify("old.toml"));

  CheckRefused(stores.Run({"backup", "copy.db", "--config", "old.toml"}), 1, "copy.db already exists");
  CheckRefused(stores.Run({"backup", "nowhere/copy.db", "--config", "old.toml"}), 1,
               "nowhere/copy.db can't be written");
  CheckRefused(stores.Run({"backup", "other.db", "--set", "store.adapter=memory"}), 2,
               "store.adapter memory does not support backup");
  CHECK(stores.Run({"backup"}).exit_code == 2);
}

}  // namespace
}  // namespace keelson::e2e
