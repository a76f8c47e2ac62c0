#include <atomic>

#include "absl/time/clock.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/orders/order_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/postgres/fixture.h"

namespace keelson {
namespace {

std::unique_ptr<Store> OpenOn(const servers::PostgresDatabase& database, Clock& clock,
                              std::size_t pool_size = 4) {
  absl::StatusOr<std::unique_ptr<Store>> store =
      PostgresStore::Open({.url = database.url(), .pool_size = pool_size}, clock);
  REQUIRE_OK(store.status());
  return *std::move(store);
}

absl::Status InsertUser(Store& store, const std::string& email_key) {
  return store.Write(Deadline::After(absl::Seconds(5)), [&](WriteTransaction& tx) {
    return tx.users().Insert(SampleUser(email_key), "$argon2id$hash");
  });
}

TEST_CASE("a unit of work runs again if the server ends its session", "[postgres]") {
  const servers::PostgresDatabase database;
  RealClock clock;
  const std::unique_ptr<Store> store = OpenOn(database, clock);
  const Order order = StoredOrder(*store);
  int runs = 0;
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) -> absl::Status {
    Found<Order> found = tx.orders().FindForUpdate(order->id);
    if (!found.ok()) return found.status();
    if (++runs == 1) database.server().EndSessions(database.name());
    return tx.orders().Update(With(**found, [](OrderFields& f) { ++f.refund_pending; }));
  }));
  const auto after = Get(*store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  CHECK((*after)->refund_pending == order->refund_pending + 1);
}

TEST_CASE("a write that looked up a new request id runs again if the server ends its session", "[postgres]") {
  const servers::PostgresDatabase database;
  RealClock clock;
  const std::unique_ptr<Store> store = OpenOn(database, clock);
  const Order order = StoredOrder(*store);
  int runs = 0;
  REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.idempotency().Find(FingerprintOf("a request")).status());
    ASSIGN_OR_RETURN(const std::optional<Order> found, tx.orders().FindForUpdate(order->id));
    if (++runs == 1) database.server().EndSessions(database.name());
    return tx.orders().Update(With(*found, [](OrderFields& f) { ++f.refund_pending; }));
  }));
  CHECK(runs == 2);
  const auto after = Get(*store, [&](ReadTransaction& tx) { return tx.orders().Find(order->id); });
  CHECK((*after)->refund_pending == order->refund_pending + 1);
}

TEST_CASE(
    "if the server repeatedly ends sessions, no connection leaks and no write is lost, partial or duplicated",
    "[postgres]") {
  const servers::PostgresDatabase database;
  RealClock clock;
  const std::unique_ptr<Store> store = OpenOn(database, clock);
  std::atomic<bool> over = false;
  std::thread ending([&] {
    while (!over) {
      database.server().EndSessions(database.name());
      absl::SleepFor(absl::Milliseconds(20));
    }
  });
  std::atomic<int> unexpected = 0;
  InParallel(8, [&](int thread) {
    for (int i = 0; i < 40; ++i) {
      const absl::Status status = InsertUser(*store, std::to_string(thread) + "-" + std::to_string(i));
      if (!status.ok() && !absl::IsUnavailable(status)) ++unexpected;
    }
  });
  over = true;
  ending.join();
  CHECK(unexpected == 0);
  // Runs as many concurrent writes as the pool has connections.
  std::atomic<int> done = 0;
  InParallel(4, [&](int thread) {
    if (InsertUser(*store, "last-" + std::to_string(thread)).ok()) ++done;
  });
  CHECK(done == 4);
  CHECK(database.Connect().Value(
            "SELECT count(*) FROM users u LEFT JOIN credentials c ON c.user_id = u.id WHERE "
            "c.user_id IS NULL") == "0");
}

TEST_CASE("a unit of work that waits for a row lock ends at its deadline, and the server ends its statement",
          "[postgres]") {
  const servers::PostgresDatabase database;
  RealClock clock;
  const std::unique_ptr<Store> store = OpenOn(database, clock);
  const Order order = StoredOrder(*store);
  const servers::PostgresSession other = database.Connect();
  other.Execute("BEGIN; SELECT * FROM orders FOR UPDATE");
  const absl::Time begin = absl::Now();
  const absl::Status status =
      store->Write(Deadline::After(absl::Milliseconds(200)),
                   [&](WriteTransaction& tx) { return tx.orders().FindForUpdate(order->id).status(); });
  CHECK(absl::IsDeadlineExceeded(status));
  CHECK(absl::Now() - begin < absl::Seconds(2));
  const absl::Time give_up = absl::Now() + absl::Seconds(5);
  const auto waiting = [&] {
    return other.Value(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
        "current_database()");
  };
  while (waiting() != "0" && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(10));
  CHECK(waiting() == "0");
}

TEST_CASE("deadlocked units of work are retried and all succeed", "[postgres]") {
  const servers::PostgresDatabase database;
  RealClock clock;
  const std::unique_ptr<Store> store = OpenOn(database, clock);
  const User first = StoredUser(*store, "first");
  const User second = StoredUser(*store, "second");
  std::atomic<int> done = 0;
  InParallel(2, [&](int thread) {
    const absl::Status status = Write(*store, [&](WriteTransaction& tx) -> absl::Status {
      const Found<User> one = tx.users().FindForUpdate(thread == 0 ? first->id : second->id);
      if (!one.ok()) return one.status();
      absl::SleepFor(absl::Milliseconds(50));
      return tx.users().FindForUpdate(thread == 0 ? second->id : first->id).status();
    });
    if (status.ok()) ++done;
  });
  CHECK(done == 2);
}

TEST_CASE("ten stores that open an empty database concurrently create the schema once", "[postgres]") {
  const servers::PostgresDatabase database;
  std::atomic<int> opened = 0;
  InParallel(10, [&](int) {
    RealClock clock;
    if (PostgresStore::Open({.url = database.url(), .pool_size = 1}, clock).ok()) ++opened;
  });
  CHECK(opened == 10);
  CHECK(database.Connect().Value("SELECT count(DISTINCT version) = count(*) FROM schema_migrations") == "t");
}

TEST_CASE("the error for an outdated, newer or changed schema says which of the three applies",
          "[postgres]") {
  const servers::PostgresDatabase database;
  RealClock clock;
  const auto refusal = [&](bool migrate) {
    return std::string(
        PostgresStore::Open({.url = database.url(), .migrate = migrate}, clock).status().message());
  };
  CHECK(refusal(false).find("pending migration(s): run keelson migrate up") != std::string::npos);
  CHECK(refusal(true).empty());
  CHECK(refusal(false).empty());
  const servers::PostgresSession session = database.Connect();
  session.Execute("INSERT INTO schema_migrations VALUES (999, 'later', 'x', now())");
  CHECK(refusal(true).find("has a newer schema than this program knows: migration 999 (later)") !=
        std::string::npos);
  session.Execute(
      "DELETE FROM schema_migrations WHERE version = 999; UPDATE schema_migrations SET checksum = 'x'");
  CHECK(refusal(true).find("has migration 1 (initial) with another checksum") != std::string::npos);
}

TEST_CASE("a schema that was migrated down and up again accepts rows", "[postgres]") {
  const servers::PostgresDatabase database;
  RealClock clock;
  const PostgresMigrator migrator({.url = database.url()}, clock);
  REQUIRE_OK(migrator.Up().status());
  REQUIRE_OK(migrator.Down(0).status());
  CHECK(database.Connect().Value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "1");
  const absl::StatusOr<std::vector<MigrationStatus>> undone = migrator.Status();
  REQUIRE_OK(undone.status());
  for (const MigrationStatus& step : *undone) CHECK(step.state == MigrationState::kPending);
  const std::unique_ptr<Store> store = OpenOn(database, clock);
  StoredOrder(*store);
}

TEST_CASE(
    "calls fail within seconds while the server is stopped, and succeed after the server is started again",
    "[postgres]") {
  servers::PostgresServer server;
  server.CreateDatabase("mine");
  RealClock clock;
  absl::StatusOr<std::unique_ptr<Store>> store = PostgresStore::Open({.url = server.url("mine")}, clock);
  REQUIRE_OK(store.status());
  REQUIRE_OK(InsertUser(**store, "before"));
  server.Stop();
  const absl::Time begin = absl::Now();
  CHECK(HasReason(InsertUser(**store, "meanwhile"), Reason::kStoreUnavailable));
  CHECK(HasReason((*store)->Check(Deadline::After(absl::Seconds(5))), Reason::kStoreUnavailable));
  CHECK(absl::Now() - begin < absl::Seconds(5));
  server.Start();
  REQUIRE_OK((*store)->Check(Deadline::After(absl::Seconds(5))));
  REQUIRE_OK(InsertUser(**store, "after"));
}

}  // namespace
}  // namespace keelson
