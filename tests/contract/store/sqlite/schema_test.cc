#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "adapters/store/sqlite/sqlite_migrator.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

struct DatabaseFile {
  TemporaryFolder folder;
  RealClock clock;
  std::string path = folder.File("keelson.db");
  SqliteMigrator migrator{path, clock};

  absl::Status Open(bool migrate = true) {
    SqliteOptions options;
    options.path = path;
    options.migrate = migrate;
    return SqliteStore::Open(options, clock).status();
  }
  void Execute(const std::string& sql) {
    SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
  }
};

std::vector<MigrationState> StatesOf(const Migrator& migrator) {
  const absl::StatusOr<std::vector<MigrationStatus>> status = migrator.Status();
  REQUIRE_OK(status.status());
  std::vector<MigrationState> states;
  for (const MigrationStatus& s : *status) {
    states.push_back(s.state);
    CHECK(s.apply_time.has_value() == (s.state != MigrationState::kPending));
    CHECK(!s.name.empty());
  }
  return states;
}

bool AllAre(const std::vector<MigrationState>& states, MigrationState expected) {
  return !states.empty() && std::count(states.begin(), states.end(), expected) == std::ssize(states);
}

void CheckNotMigrated(const absl::Status& status, const std::string& path, const std::string& cause) {
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(status.message()), Contains(path) && Contains(cause));
}

TEST_CASE("the schema is migrated up, down and up again", "[sqlite]") {
  DatabaseFile database;
  CHECK(AllAre(StatesOf(database.migrator), MigrationState::kPending));
  CHECK(!std::filesystem::exists(database.path));

  const absl::StatusOr<std::vector<int>> up = database.migrator.Up();
  REQUIRE_OK(up.status());
  CHECK(up->size() == StatesOf(database.migrator).size());
  CHECK(AllAre(StatesOf(database.migrator), MigrationState::kApplied));
  CHECK(database.migrator.Up()->empty());
  REQUIRE_OK(database.Open(/*migrate=*/false));

  const absl::StatusOr<std::vector<int>> down = database.migrator.Down(0);
  REQUIRE_OK(down.status());
  CHECK(down->size() == up->size());
  CHECK(AllAre(StatesOf(database.migrator), MigrationState::kPending));
  SQLite::Database bare(database.path);
  CHECK(bare.execAndGet("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").getInt() == 1);

  REQUIRE_OK(database.migrator.Up().status());
  REQUIRE_OK(database.Open(/*migrate=*/false));
}

TEST_CASE("migrate down reverts one migration unless a version is given", "[sqlite]") {
  DatabaseFile database;
  const int last = static_cast<int>(database.migrator.Up()->size());
  CHECK(*database.migrator.Down() == std::vector<int>{last});
  CHECK(StatesOf(database.migrator).back() == MigrationState::kPending);
  CHECK(*database.migrator.Up(last) == std::vector<int>{last});
  CHECK(absl::IsInvalidArgument(database.migrator.Up(last + 1).status()));
  CHECK(absl::IsInvalidArgument(database.migrator.Down(-1).status()));
}

TEST_CASE("an outdated schema is rejected if migrations are disabled", "[sqlite]") {
  DatabaseFile database;
  CheckNotMigrated(database.Open(/*migrate=*/false), database.path, "pending");
  REQUIRE_OK(database.Open());
  REQUIRE_OK(database.Open(/*migrate=*/false));
}

TEST_CASE("a database is rejected if an applied migration has another checksum", "[sqlite]") {
  DatabaseFile database;
  REQUIRE_OK(database.Open());
  database.Execute("UPDATE schema_migrations SET checksum = 'x' WHERE version = 1");
  CheckNotMigrated(database.Open(), database.path, "has migration 1 (initial) with another checksum");
  CheckNotMigrated(database.migrator.Up().status(), database.path, "another checksum");
  CheckNotMigrated(database.migrator.Down().status(), database.path, "another checksum");
  CHECK(StatesOf(database.migrator).front() == MigrationState::kChanged);
}

TEST_CASE("a newer schema is rejected", "[sqlite]") {
  DatabaseFile database;
  REQUIRE_OK(database.Open());
  database.Execute("INSERT INTO schema_migrations VALUES (999, 'future', 'x', 1)");
  CheckNotMigrated(database.Open(), database.path, "newer schema");
  CheckNotMigrated(database.migrator.Down().status(), database.path, "newer schema");
  CHECK(StatesOf(database.migrator).back() == MigrationState::kUnknown);
}

TEST_CASE("a database of another application is rejected and unchanged", "[sqlite]") {
  DatabaseFile database;
  SECTION("without an application id") {
    database.Execute("CREATE TABLE theirs (x)");
  }
  SECTION("with another application id") {
    database.Execute("PRAGMA application_id = 7; CREATE TABLE theirs (x)");
  }
  CheckNotMigrated(database.Open(), database.path, "belongs to another application");
  CheckNotMigrated(database.migrator.Up().status(), database.path, "belongs to another application");
  CheckNotMigrated(database.migrator.Status().status(), database.path, "belongs to another application");
  SQLite::Database theirs(database.path);
  CHECK(theirs.execAndGet("PRAGMA journal_mode").getString() == "delete");
}

TEST_CASE("a file that is not a database is rejected and unchanged", "[sqlite]") {
  DatabaseFile database;
  const std::string text(4096, 'x');
  std::ofstream(database.path) << text;
  CheckNotMigrated(database.Open(), database.path, "not an SQLite database");
  CheckNotMigrated(database.migrator.Status().status(), database.path, "not an SQLite database");
  std::ifstream file(database.path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == text);
}

TEST_CASE("the schema of an open store can be read but not migrated", "[sqlite]") {
  DatabaseFile database;
  SqliteOptions options;
  options.path = database.path;
  const absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open(options, database.clock);
  REQUIRE_OK(store.status());
  CHECK(AllAre(StatesOf(database.migrator), MigrationState::kApplied));
  CheckNotMigrated(database.migrator.Up().status(), database.path, "in use");
}

}  // namespace
}  // namespace keelson
