// Tests that settings of roles, databases, URLs and the environment do not affect the store's guarantees.
#include <cstdlib>
#include <thread>

#include "adapters/store/postgres/begin.h"
#include "adapters/store/postgres/locks.h"
#include "adapters/store/postgres/migrations.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "core/accounts/user_repository.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/postgres/fixture.h"
#include "tests/support/postgres/await.h"
#include "tests/support/postgres/pgbouncer.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

std::unique_ptr<Store> OpenAt(const std::string& url, bool prepared_statements = true) {
  absl::StatusOr<std::unique_ptr<Store>> store = PostgresStore::Open(
      {.url = url, .pool_size = 4, .prepared_statements = prepared_statements}, real_clock);
  REQUIRE_OK(store.status());
  return *std::move(store);
}

// Changes a setting of the database for new sessions.
void Set(const servers::PostgresDatabase& database, const std::string& setting, const std::string& value) {
  database.Connect().Execute(
      StrCat("ALTER DATABASE ", database.name(), " SET ", setting, " = '", value, "'"));
}

void CheckWritesUtf8(const servers::PostgresDatabase& database, Store& store) {
  const User zoe = With(SampleUser("zoe"), [](UserFields& f) { f.display_name = "Zoë \xf0\x9f\x98\x80"; });
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) { return tx.users().Insert(zoe, "$argon2id$hash"); }));
  CHECK(Get(store, [&](ReadTransaction& tx) { return tx.users().Find(zoe->id); })->fields() == zoe.fields());
  const servers::PostgresSession other = database.Connect();
  other.Execute("SET client_encoding = 'UTF8'");
  CHECK(other.Value("SELECT display_name FROM users WHERE email_key = 'zoe'") == zoe->display_name);
  CHECK(other.Value("SELECT octet_length(display_name) FROM users WHERE email_key = 'zoe'") == "9");
}

TEST_CASE("client_encoding in the URL, the environment, the role or the database is overridden by UTF-8",
          "[postgres]") {
  const servers::PostgresDatabase database;
  std::string url = database.url();
  SECTION("the URL") {
    url += "?client_encoding=LATIN1";
  }
  SECTION("the URL's options") {
    url += "?options=-cclient_encoding%3DLATIN1";
  }
  SECTION("the environment") {
    REQUIRE(setenv("PGCLIENTENCODING", "LATIN1", 1) == 0);
  }
  SECTION("the database") {
    Set(database, "client_encoding", "LATIN1");
  }
  SECTION("the role") {
    database.Connect().Execute(
        StrCat("ALTER ROLE keelson IN DATABASE ", database.name(), " SET client_encoding = 'LATIN1'"));
  }
  const std::unique_ptr<Store> store = OpenAt(url);
  CheckWritesUtf8(database, *store);
  unsetenv("PGCLIENTENCODING");
}

TEST_CASE("text is stored as UTF-8 if other clients of the connection pooler use another encoding",
          "[postgres]") {
  const servers::PostgresDatabase database;
  const std::string url = servers::PgBouncer::Shared().url(database.name());
  const servers::PostgresSession other(url + "?client_encoding=LATIN1");
  CHECK(other.Value("SHOW client_encoding") == "LATIN1");
  const std::unique_ptr<Store> store = OpenAt(url + "?client_encoding=LATIN1", /*prepared_statements=*/false);
  other.Execute("SELECT 1");
  CheckWritesUtf8(database, *store);
}

TEST_CASE("a database whose server encoding is not UTF8 is rejected", "[postgres]") {
  servers::PostgresServer& server = servers::PostgresServer::Shared();
  const std::string encoding = GENERATE("LATIN1", "SQL_ASCII");
  const std::string name = "encoded_" + encoding;
  server.Execute(StrCat("CREATE DATABASE \"", name, "\" OWNER keelson ENCODING '", encoding,
                        "' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"));
  const absl::Status status = PostgresStore::Open({.url = server.url(name)}, real_clock).status();
  server.DropDatabase(name);
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(status.message()), Contains(name) && Contains("UTF8") && Contains(encoding));
}

TEST_CASE("the database's default output formats and isolation level do not affect the store", "[postgres]") {
  const servers::PostgresDatabase database;
  for (const auto& [setting, value] : std::vector<std::pair<std::string, std::string>>{
           {"datestyle", "SQL, DMY"},
           {"intervalstyle", "sql_standard"},
           {"timezone", "America/St_Johns"},
           {"bytea_output", "escape"},
           {"standard_conforming_strings", "off"},
           {"array_nulls", "off"},
           {"extra_float_digits", "-15"},
           {"transform_null_equals", "on"},
           {"default_transaction_isolation", "serializable"},
           {"default_transaction_deferrable", "on"},
           {"lc_messages", "C"},
       }) {
    Set(database, setting, value);
  }
  const std::unique_ptr<Store> store = OpenAt(database.url());
  const Order order = StoredOrder(*store);
  const Refund refund = SampleRefund(order);
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.refunds().Insert(refund);
    return status.ok() ? tx.events().Append(SampleEvent("x\\y'z")) : status;
  }));
  CHECK(Get(*store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); })->fields() ==
        order.fields());
  CHECK(Get(*store, [&](ReadTransaction& tx) { return tx.refunds().Find(refund->id); })->fields() ==
        refund.fields());
  const std::vector<Event> events = AllEvents(*store);
  REQUIRE(events.size() == 1);
  CHECK(events[0].subject == "x\\y'z");
  CHECK(IsWholeChain(events));
}

TEST_CASE("a unit of work overrides the timeout settings of the database", "[postgres]") {
  const servers::PostgresDatabase database;
  OpenAt(database.url()).reset();
  Set(database, "lock_timeout", "10ms");
  Set(database, "statement_timeout", "100ms");
  Set(database, "idle_in_transaction_session_timeout", "50ms");
  const std::unique_ptr<Store> store = OpenAt(database.url());
  const Order order = StoredOrder(*store);
  const servers::PostgresSession other = database.Connect();
  other.Execute("SET idle_in_transaction_session_timeout = 0; BEGIN; SELECT * FROM orders FOR UPDATE");
  // Releases the row lock after the unit of work has waited longer than each of the timeouts above.
  std::thread release([&] {
    const servers::PostgresSession witness = database.Connect();
    witness.Execute("SET statement_timeout = 0");
    servers::Await([&] { return witness.Value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1"; });
    witness.Execute("SELECT pg_sleep(0.2)");
    other.Execute("COMMIT");
  });
  int runs = 0;
  const absl::Status status =
      store->Write(Deadline::After(absl::Seconds(30)), [&](WriteTransaction& tx) -> absl::Status {
        ++runs;
        Found<Order> found = tx.orders().FindForUpdate(order->id);
        if (!found.ok()) return found.status();
        // The transaction is idle for longer than the database's idle_in_transaction_session_timeout.
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return tx.orders().Update(With(**found, [](OrderFields& f) { ++f.refund_pending; }));
      });
  release.join();
  CHECK(status == absl::OkStatus());
  CHECK(runs == 1);
}

TEST_CASE("a migration that waits for the advisory lock overrides the timeout settings of the database",
          "[postgres]") {
  const servers::PostgresDatabase database;
  Set(database, "lock_timeout", "10ms");
  Set(database, "statement_timeout", "50ms");
  const servers::PostgresSession other = database.Connect();
  other.Execute("SET statement_timeout = 0");
  other.Execute(StrCat("SELECT pg_advisory_lock(", kMigrationLock, ")"));
  std::thread release([&] {
    servers::Await([&] {
      return other.Value(
                 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
                 "(SELECT oid FROM pg_database WHERE datname = current_database())") == "1";
    });
    other.Execute("SELECT pg_sleep(0.2)");
    other.Execute(StrCat("SELECT pg_advisory_unlock(", kMigrationLock, ")"));
  });
  const absl::StatusOr<std::vector<int>> up = PostgresMigrator({.url = database.url()}, real_clock).Up();
  release.join();
  REQUIRE_OK(up.status());
  CHECK(up->size() == PostgresMigrations().size());
}

std::string CommitModeOf(const servers::PostgresDatabase& database,
                         void (*queue_begin)(PgConnection& connection)) {
  const auto connection = PgConnection::Open({.url = database.url()});
  REQUIRE_OK(connection.status());
  queue_begin(**connection);
  PgResult result;
  (*connection)
      ->Queue("SELECT current_setting('synchronous_commit')", PgParameters().view(), PgConnection::kAnyNumber,
              &result);
  (*connection)->Finish(Deadline::Never());
  std::string mode;
  result.Read(0, mode);
  return mode;
}

TEST_CASE("synchronous_commit = off is overridden, and other values are kept", "[postgres]") {
  const servers::PostgresDatabase database;
  for (const auto& [set, expected] : std::vector<std::pair<std::string, std::string>>{
           {"off", "on"}, {"on", "on"}, {"local", "local"}, {"remote_apply", "remote_apply"}}) {
    CAPTURE(set);
    Set(database, "synchronous_commit", set);
    CHECK(CommitModeOf(database, [](PgConnection& connection) {
            QueueBegin(connection, "BEGIN", Deadline::Never());
          }) == expected);
    CHECK(CommitModeOf(database, [](PgConnection& connection) { QueueLongBegin(connection, "BEGIN"); }) ==
          expected);
  }
}

TEST_CASE("a read-only database fails the health check", "[postgres]") {
  const servers::PostgresDatabase database;
  OpenAt(database.url()).reset();
  const std::unique_ptr<Store> store = OpenAt(database.url() + "?target_session_attrs=any");
  REQUIRE_OK(store->Check(Deadline::After(absl::Seconds(10))));
  Set(database, "default_transaction_read_only", "on");
  database.server().EndSessions(database.name());
  absl::Status status;
  CHECK(servers::Await([&] {
    status = store->Check(Deadline::After(absl::Seconds(10)));
    return status.message().find("read-only") != std::string::npos;
  }));
  CHECK(HasReason(status, Reason::kStoreUnavailable));
}

}  // namespace
}  // namespace keelson
