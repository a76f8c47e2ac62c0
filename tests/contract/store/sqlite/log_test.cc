// Tests that SQLite replays a write-ahead log only into the database file to which the log belongs. The lock
// file identifies this database file by its generation, a random number (log_record.h).
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "adapters/store/sqlite/log_record.h"
#include "adapters/store/sqlite/sqlite_backup.h"
#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/store/sqlite/sqlite_migrator.h"
#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;
using std::filesystem::copy_options;

int CountUsers(Store& store) {
  return static_cast<int>(
      Get(store, [](ReadTransaction& tx) { return tx.users().List({}, std::nullopt, 1000); }).size());
}

void Overwrite(const std::string& from, const std::string& to) {
  std::filesystem::copy_file(from, to, copy_options::overwrite_existing);
}

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Creates the files of a service that was killed with ten users in its database; the backup contains seven of
// these users.
class Crashed {
 public:
  Crashed() {
    MustOpen(path()).reset();
    // A copy made while the service is stopped.
    std::filesystem::copy_file(path(), stopped_copy());
    const std::unique_ptr<Store> store = MustOpen(path());
    for (int i = 0; i < 7; ++i) StoredUser(*store, std::to_string(i));
    REQUIRE_OK(BackUpSqlite(path(), backup(), real_clock, [](std::int64_t, std::int64_t) {}));
    for (int i = 7; i < 10; ++i) StoredUser(*store, std::to_string(i));
    // The files that kill -9 leaves.
    std::filesystem::create_directory(folder_.File("crashed"));
    for (const char* suffix : {"", "-wal", ".lock"}) {
      std::filesystem::copy_file(path() + suffix, crashed() + suffix);
    }
  }

  std::string crashed() const { return folder_.File("crashed/keelson.db"); }
  std::string backup() const { return folder_.File("backup.db"); }
  std::string stopped_copy() const { return folder_.File("stopped.db"); }

 private:
  std::string path() const { return folder_.File("keelson.db"); }

  const TemporaryFolder folder_;
};

void CheckForeign(const absl::Status& status) {
  INFO(status.ToString());
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(status.message()),
             Contains("keelson.db-wal, that belongs to a different file") && Contains("keelson restore"));
}

// Checks that all commands reject the database and leave its files unchanged.
void CheckRefusedByAll(const std::string& path) {
  const auto size = std::filesystem::file_size(path + "-wal");
  CheckForeign(OpenAt(path).status());
  const SqliteMigrator migrator(path, real_clock);
  CheckForeign(migrator.Up().status());
  CheckForeign(migrator.Status().status());
  CheckForeign(SqliteBulk::OpenReader(path, BulkAccess::kShared, real_clock).status());
  CheckForeign(SqliteBulk::OpenReader(path, BulkAccess::kExclusive, real_clock).status());
  CheckForeign(SqliteBulk::OpenTarget(path, real_clock).status());
  CheckForeign(BackUpSqlite(path, path + ".copy", real_clock, [](std::int64_t, std::int64_t) {}));
  CHECK(std::filesystem::file_size(path + "-wal") == size);
}

TEST_CASE("recovery after repeated crashes keeps all commits", "[sqlite]") {
  const Crashed files;
  const int users = GENERATE(1, 2, 3);
  for (int i = 0; i < users; ++i) {
    const std::unique_ptr<Store> store = MustOpen(files.crashed());
    CHECK(CountUsers(*store) == 10 + i);
    StoredUser(*store, "later " + std::to_string(i));
    const std::string image = files.crashed() + ".image";
    for (const char* suffix : {"", "-wal", ".lock"}) Overwrite(files.crashed() + suffix, image + suffix);
    CHECK(CountUsers(*MustOpen(image)) == 11 + i);
  }
}

TEST_CASE("a backup copied over a crashed database is rejected until the old database's log is deleted",
          "[sqlite]") {
  const Crashed files;
  Overwrite(GENERATE(true, false) ? files.backup() : files.stopped_copy(), files.crashed());
  CheckRefusedByAll(files.crashed());
  SECTION("after the log is deleted, the service opens the backup") {
    std::filesystem::remove(files.crashed() + "-wal");
    CHECK(CountUsers(*MustOpen(files.crashed())) < 10);
  }
}

TEST_CASE("a backup renamed to the path of a crashed database is rejected", "[sqlite]") {
  const Crashed files;
  std::filesystem::rename(files.backup(), files.crashed());
  CheckRefusedByAll(files.crashed());
}

TEST_CASE("a log that appears after a clean shutdown is not replayed", "[sqlite]") {
  const Crashed files;
  const std::string path = files.crashed() + ".other";
  MustOpen(path).reset();
  Overwrite(files.crashed() + "-wal", path + "-wal");
  CHECK(HasReason(OpenAt(path).status(), Reason::kStoreUnavailable));
}

TEST_CASE(
    "a log is replayed if the lock file is empty or missing, because older versions write no log record",
    "[sqlite]") {
  const Crashed files;
  const std::string lock = files.crashed() + ".lock";
  SECTION("an empty lock file") {
    std::ofstream(lock, std::ios::trunc).flush();
  }
  SECTION("no lock file") {
    std::filesystem::remove(lock);
  }
  CHECK(CountUsers(*MustOpen(files.crashed())) == 10);
}

TEST_CASE("a crash after a new generation is written to the lock file loses no commit", "[sqlite]") {
  const Crashed files;
  const std::string lock = files.crashed() + ".lock";
  std::optional<LogRecord> record = ParseLogRecord(ReadText(lock));
  REQUIRE(record);
  record->owners.push_back(NewGeneration());
  std::ofstream(lock) << FormatLogRecord(*record);
  CHECK(CountUsers(*MustOpen(files.crashed())) == 10);
  CHECK(CountUsers(*MustOpen(files.crashed())) == 10);
}

TEST_CASE("a database copied over an open database is detected and not written to", "[sqlite]") {
  const Crashed files;
  const std::string path = files.crashed();
  std::unique_ptr<Store> store = MustOpen(path);
  StoredUser(*store, "acknowledged");
  Overwrite(files.backup(), path);
  const absl::Status health = store->Check(Deadline::Never());
  CHECK(HasReason(health, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(health.message()), Contains(path) && Contains("overwritten"));
  CHECK(HasReason(Write(*store, [](WriteTransaction& tx) { return tx.events().Append(SampleEvent("x")); }),
                  Reason::kStoreUnavailable));
  store.reset();
  CheckForeign(OpenAt(path).status());
  std::filesystem::remove(path + "-wal");
  CHECK(CountUsers(*MustOpen(path)) == 7);
}

// Writes a user, and waits for the next complete checkpoint, after which SQLite overwrites the log from its
// beginning.
void WriteAndAwaitNewLog(Store& store, const std::string& path, const std::string& user) {
  const std::string before = ReadText(path + ".lock");
  StoredUser(store, user);
  const Deadline patience = Deadline::After(absl::Seconds(60));
  while (ReadText(path + ".lock") == before && !patience.expired()) std::this_thread::yield();
  CHECK(ReadText(path + ".lock") != before);
}

TEST_CASE("a log is not replayed into an earlier copy of the database file", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("keelson.db");
  const std::string crashed = folder.File("crashed.db");
  const std::unique_ptr<Store> store = MustOpen(path);
  WriteAndAwaitNewLog(*store, path, "first");
  std::filesystem::copy_file(path, folder.File("first.db"));
  WriteAndAwaitNewLog(*store, path, "second");
  std::filesystem::copy_file(path, folder.File("second.db"));
  WriteAndAwaitNewLog(*store, path, "third");
  StoredUser(*store, "fourth");
  for (const char* suffix : {"", "-wal", ".lock"}) Overwrite(path + suffix, crashed + suffix);
  for (const char* copy : {"first.db", "second.db"}) {
    Overwrite(folder.File(copy), crashed);
    CHECK(HasReason(OpenAt(crashed).status(), Reason::kStoreUnavailable));
  }
  Overwrite(path, crashed);
  CHECK(CountUsers(*MustOpen(crashed)) == 4);
}

TEST_CASE("a transaction without changes writes nothing to the log", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("keelson.db");
  const std::unique_ptr<Store> store = MustOpen(path);
  WriteAndAwaitNewLog(*store, path, "first");
  const std::string log = ReadText(path + "-wal");
  REQUIRE_OK(Write(*store, [](WriteTransaction& tx) { return tx.settings().Find("x").status(); }));
  CHECK(ReadText(path + "-wal") == log);
}

TEST_CASE("a log that was not deleted because of a concurrent reader is replayed", "[sqlite]") {
  const Crashed files;
  std::unique_ptr<Store> store = MustOpen(files.crashed());
  SQLite::Database reader(files.crashed(), SQLite::OPEN_READONLY);
  CHECK(reader.execAndGet("SELECT count(*) FROM users").getInt() == 10);
  StoredUser(*store, "last");
  store.reset();
  CHECK(std::filesystem::exists(files.crashed() + "-wal"));
  CHECK(CountUsers(*MustOpen(files.crashed())) == 11);
}

}  // namespace
}  // namespace keelson
