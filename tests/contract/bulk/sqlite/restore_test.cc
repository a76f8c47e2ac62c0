#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "adapters/store/sqlite/sqlite_backup.h"
#include "adapters/store/sqlite/sqlite_migrator.h"
#include "adapters/store/sqlite/sqlite_restore.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/bulk/sqlite/fixture.h"
#include "tests/contract/store/samples.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

absl::Status Restore(SqliteBulkFixture& fixture, const std::string& backup, bool replace = true) {
  return RestoreSqlite({.backup = backup, .path = fixture.path(), .replace = replace}, fixture.clock(),
                       [](std::int64_t, std::int64_t) {});
}

void Fill(SqliteBulkFixture& fixture, int samples) {
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  InsertAll(*target, SampleBatches(samples));
  Must(target->Finish());
}

// Creates a backup with this number of samples in the fixture's directory, and returns its path.
std::string MakeBackup(SqliteBulkFixture& fixture, int samples) {
  SqliteBulkFixture other;
  Fill(other, samples);
  const std::string backup = fixture.folder() / "backup.db";
  Must(BackUpSqlite(other.path(), backup, other.clock(), [](std::int64_t, std::int64_t) {}));
  return backup;
}

void CheckFails(const absl::Status& status, absl::StatusCode code, const std::string& cause) {
  INFO(status.ToString());
  CHECK(status.code() == code);
  CHECK_THAT(std::string(status.message()), Contains(cause));
}

TEST_CASE("restore replaces the database and deletes the write-ahead log of the old database", "[sqlite]") {
  SqliteBulkFixture fixture;
  Fill(fixture, 3);
  const std::string backup = MakeBackup(fixture, 7);
  // Creates the write-ahead log that a crash would leave.
  const std::string log = fixture.path() + "-wal";
  fixture.Serve([&](Store& store) {
    Must(store.Write(Deadline::Never(),
                     [](WriteTransaction& tx) { return tx.events().Append(SampleEvent("x")); }));
    std::filesystem::copy_file(log, fixture.folder() / "log");
  });
  std::filesystem::rename(fixture.folder() / "log", log);
  std::int64_t pages = 0;
  Must(RestoreSqlite({.backup = backup, .path = fixture.path(), .replace = true}, fixture.clock(),
                     [&](std::int64_t done, std::int64_t) { pages = done; }));
  CHECK(pages > 0);
  CHECK(FileNames(fixture.folder()) == " backup.db keelson.db keelson.db.lock");
  CHECK((ReadEverything(*fixture.Reader()) ==
         ReadEverything(*Must(SqliteBulk::OpenReader(backup, BulkAccess::kShared, fixture.clock())))));
  fixture.Serve([](Store&) {});
}

TEST_CASE("restore does not need --replace if no database exists", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string backup = MakeBackup(fixture, 2);
  std::filesystem::remove(fixture.path());
  SECTION("a missing file") {}
  SECTION("an empty file") {
    std::ofstream(fixture.path()).flush();
  }
  Must(Restore(fixture, backup, /*replace=*/false));
  CHECK(Must(fixture.Reader()->Count(RowKind::kUsers)) == 2);
}

TEST_CASE("restore overwrites a database only with --replace", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string backup = MakeBackup(fixture, 2);
  CheckFails(Restore(fixture, backup, /*replace=*/false), absl::StatusCode::kFailedPrecondition, "--replace");
  CHECK(Must(fixture.Reader()->Count(RowKind::kUsers)) == 0);
  std::filesystem::remove(fixture.path());
  std::ofstream(fixture.path() + "-wal") << "what was committed last";
  CheckFails(Restore(fixture, backup, /*replace=*/false), absl::StatusCode::kFailedPrecondition, "--replace");
}

TEST_CASE("restore fails while any process has the database open", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string backup = MakeBackup(fixture, 2);
  fixture.Serve([&](Store&) {
    CheckFails(Restore(fixture, backup), absl::StatusCode::kUnavailable, "in use by another process");
  });
  // SQLite's locks are per process, so another process must read.
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t reader = fork();
  if (reader == 0) {
    SQLite::Database database(fixture.path(), SQLite::OPEN_READONLY);
    database.exec("SELECT count(*) FROM users");
    const bool told = write(ends[1], "r", 1) == 1;
    pause();
    _exit(told ? 0 : 1);
  }
  char ready = 0;
  REQUIRE(read(ends[0], &ready, 1) == 1);
  CheckFails(Restore(fixture, backup), absl::StatusCode::kUnavailable, "in use by another process");
  kill(reader, SIGKILL);
  CHECK(waitpid(reader, nullptr, 0) == reader);
  close(ends[0]);
  close(ends[1]);
  Must(Restore(fixture, backup));
}

TEST_CASE("restore rejects an unusable backup and does not change the database", "[sqlite]") {
  SqliteBulkFixture fixture;
  Fill(fixture, 1);
  const std::string backup = MakeBackup(fixture, 5);
  using enum absl::StatusCode;
  SECTION("a missing file") {
    std::filesystem::remove(backup);
    CheckFails(Restore(fixture, backup), kUnavailable, "backup.db can't be reached");
  }
  SECTION("a directory") {
    CheckFails(Restore(fixture, fixture.folder()), kUnavailable, "is not a regular file");
  }
  SECTION("a file that is not a database") {
    std::ofstream(backup) << std::string(5000, 'x');
    CheckFails(Restore(fixture, backup), kDataLoss, "backup.db is not an SQLite database");
  }
  SECTION("an empty file") {
    std::ofstream(backup, std::ios::trunc).flush();
    CheckFails(Restore(fixture, backup), kUnavailable, "backup.db is not a keelson database");
  }
  SECTION("a database of another application") {
    SQLite::Database(backup, SQLite::OPEN_READWRITE).exec("PRAGMA application_id = 1");
    CheckFails(Restore(fixture, backup), kUnavailable, "backup.db belongs to another application");
  }
  SECTION("a newer schema") {
    SQLite::Database(backup, SQLite::OPEN_READWRITE)
        .exec("INSERT INTO schema_migrations VALUES (999, 'future', 'x', 1)");
    CheckFails(Restore(fixture, backup), kUnavailable, "backup.db has a newer schema");
  }
  SECTION("an incomplete transfer") {
    SQLite::Database(backup, SQLite::OPEN_READWRITE).exec("INSERT INTO settings VALUES ('transfer', x'00')");
    CheckFails(Restore(fixture, backup), kFailedPrecondition, "backup.db holds an incomplete transfer");
  }
  SECTION("a damaged database") {
    const auto size = std::filesystem::file_size(backup);
    std::fstream(backup, std::ios::in | std::ios::out).seekp(static_cast<std::streamoff>(size / 2))
        << std::string(size / 4, '\x5a');
    CheckFails(Restore(fixture, backup), kDataLoss, "backup.db is damaged");
  }
  SECTION("the database itself") {
    std::filesystem::create_symlink(fixture.path(), fixture.folder() / "itself.db");
    CheckFails(Restore(fixture, fixture.folder() / "itself.db"), kFailedPrecondition,
               "is the database itself");
  }
  CHECK(Must(fixture.Reader()->Count(RowKind::kUsers)) == 1);
  CHECK(FileNames(fixture.folder()).find("restoring") == std::string::npos);
  fixture.Serve([](Store&) {});
}

TEST_CASE("a restored backup with an older schema is migrated when the service opens the database",
          "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string backup = MakeBackup(fixture, 1);
  Must(SqliteMigrator(backup, fixture.clock()).Down());
  Must(Restore(fixture, backup));
  fixture.Serve([](Store&) {});
  CHECK(Must(fixture.Reader()->Count(RowKind::kUsers)) == 1);
}

TEST_CASE("restore keeps the owner and mode of the database file", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string backup = MakeBackup(fixture, 1);
  REQUIRE(chmod(fixture.path().c_str(), 0640) == 0);
  const uid_t owner = geteuid() == 0 ? 65534 : geteuid();
  REQUIRE(chown(fixture.path().c_str(), owner, getegid()) == 0);
  Must(Restore(fixture, backup));
  struct stat restored {};
  REQUIRE(stat(fixture.path().c_str(), &restored) == 0);
  CHECK((restored.st_mode & 07777) == 0640);
  CHECK(restored.st_uid == owner);
}

TEST_CASE("restore keeps a symbolic link to the database", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string backup = MakeBackup(fixture, 4);
  const std::string link = fixture.folder() / "link.db";
  std::filesystem::create_symlink("keelson.db", link);
  Must(RestoreSqlite({.backup = backup, .path = link, .replace = true}, fixture.clock(),
                     [](std::int64_t, std::int64_t) {}));
  CHECK(std::filesystem::is_symlink(link));
  CHECK(Must(fixture.Reader()->Count(RowKind::kUsers)) == 4);
}

TEST_CASE("restore overwrites the temporary file of a killed restore", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string backup = MakeBackup(fixture, 4);
  std::ofstream(fixture.path() + ".restoring") << "half a copy";
  Must(Restore(fixture, backup));
  CHECK(FileNames(fixture.folder()) == " backup.db keelson.db keelson.db.lock");
}

}  // namespace
}  // namespace keelson
