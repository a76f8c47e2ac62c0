// Tests the store with roles without DDL privileges, and on standbys.
#include "adapters/store/postgres/migrations.h"
#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/postgres/fixture.h"
#include "tests/support/postgres/postgres_standby.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

// A database with a second role; `Grant` gives it SELECT, INSERT, UPDATE and DELETE.
class OwnedDatabase {
 public:
  OwnedDatabase() { database_.server().Execute(StrCat("CREATE ROLE ", role(), " LOGIN PASSWORD 'rows'")); }
  ~OwnedDatabase() { database_.Connect().Execute(StrCat("DROP OWNED BY ", role(), "; DROP ROLE ", role())); }

  void Grant() const {
    database_.Connect().Execute(
        StrCat("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ", role()));
  }
  const servers::PostgresDatabase& database() const { return database_; }
  std::string role() const { return database_.name() + "_rows"; }
  std::string owner_url() const { return database_.url(); }
  std::string rows_url() const {
    return StrCat("postgresql://", role(), ":rows@127.0.0.1:", database_.server().port(), "/",
                  database_.name());
  }

 private:
  const servers::PostgresDatabase database_;
};

TEST_CASE("a role without DDL privileges can open and use a store with a current schema", "[postgres]") {
  const OwnedDatabase owned;
  REQUIRE_OK(PostgresMigrator({.url = owned.owner_url()}, real_clock).Up().status());
  owned.Grant();
  const absl::StatusOr<std::unique_ptr<Store>> store =
      PostgresStore::Open({.url = owned.rows_url(), .migrate = true}, real_clock);
  REQUIRE_OK(store.status());
  StoredOrder(**store);
  REQUIRE_OK(Write(**store, [](WriteTransaction& tx) { return tx.events().Append(SampleEvent("x")); }));
  CHECK(AllEvents(**store).size() == 1);
  REQUIRE_OK((*store)->Check(Deadline::After(absl::Seconds(10))));
  const PostgresMigrator migrator({.url = owned.rows_url()}, real_clock);
  CHECK(migrator.Up()->empty());
  CHECK(migrator.Status()->size() == PostgresMigrations().size());
  REQUIRE_OK(PostgresBulk::OpenReader({.url = owned.rows_url()}, BulkAccess::kShared, real_clock).status());
}

TEST_CASE("the error for a pending migration tells a role without DDL privileges which role can migrate",
          "[postgres]") {
  const OwnedDatabase owned;
  const absl::Status empty = PostgresStore::Open({.url = owned.rows_url()}, real_clock).status();
  CHECK(HasReason(empty, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(empty.message()),
             Contains("permission denied for schema public") && Contains("the role that owns the schema"));
  const PostgresMigrator owner({.url = owned.owner_url()}, real_clock);
  REQUIRE_OK(owner.Up(2).status());
  owned.Grant();
  CHECK_THAT(std::string(PostgresStore::Open({.url = owned.rows_url()}, real_clock).status().message()),
             Contains("must be owner") && Contains("the role that owns the schema"));
  const absl::StatusOr<std::vector<MigrationStatus>> status = owner.Status();
  REQUIRE_OK(status.status());
  CHECK(status->back().state == MigrationState::kPending);
}

TEST_CASE("transfer detects a service that runs as another role", "[postgres]") {
  const OwnedDatabase owned;
  REQUIRE_OK(PostgresMigrator({.url = owned.owner_url()}, real_clock).Up().status());
  owned.Grant();
  {
    const absl::StatusOr<std::unique_ptr<Store>> store =
        PostgresStore::Open({.url = owned.rows_url()}, real_clock);
    REQUIRE_OK(store.status());
    StoredUser(**store);  // opens a session that stays in the pool; the sequencer may open its session later
    const absl::Status target = PostgresBulk::OpenTarget({.url = owned.owner_url()}, real_clock).status();
    CHECK_THAT(std::string(target.message()), Contains("in use by another process"));
  }
  REQUIRE_OK(PostgresBulk::OpenTarget({.url = owned.owner_url()}, real_clock).status());
}

TEST_CASE("migrate status and exports work on a standby", "[postgres]") {
  servers::PostgresServer server;
  server.CreateDatabase("app");
  REQUIRE_OK(PostgresMigrator({.url = server.url("app")}, real_clock).Up().status());
  servers::PostgresStandby standby(server);
  const std::string url = standby.server().url("app");
  const PostgresMigrator migrator({.url = url}, real_clock);
  const absl::StatusOr<std::vector<MigrationStatus>> status = migrator.Status();
  REQUIRE_OK(status.status());
  for (const MigrationStatus& step : *status) CHECK(step.state == MigrationState::kApplied);
  const auto reader = PostgresBulk::OpenReader({.url = url}, BulkAccess::kShared, real_clock);
  REQUIRE_OK(reader.status());
  CHECK(*(*reader)->Count(RowKind::kUsers) == 0);
  CHECK((*reader)->CheckEngine()->empty());
  CHECK(HasReason(PostgresStore::Open({.url = url}, real_clock).status(), Reason::kStoreUnavailable));
  // With several hosts in the URL, the service uses the host that accepts writes.
  REQUIRE_OK(
      PostgresMigrator({.url = FailoverUrl(standby.server(), server, "app")}, real_clock).Up().status());
}

}  // namespace
}  // namespace keelson
