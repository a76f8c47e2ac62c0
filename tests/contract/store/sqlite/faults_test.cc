#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "adapters/store/sqlite/sqlite_backup.h"
#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/store/sqlite/sqlite_migrator.h"
#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

struct OpenedStore {
  explicit OpenedStore(const std::string& path, absl::Duration busy_timeout = absl::Milliseconds(50)) {
    options.path = path;
    options.busy_timeout = busy_timeout;
    absl::StatusOr<std::unique_ptr<Store>> opened = SqliteStore::Open(options, clock);
    REQUIRE_OK(opened.status());
    store = *std::move(opened);
  }

  RealClock clock;
  SqliteOptions options;
  std::unique_ptr<Store> store;
};

absl::Status WriteUser(Store& store, const User& user) {
  return Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.users().Insert(user, "$argon2id$hash");
    return status.ok() ? tx.events().Append(SampleEvent("x")) : status;
  });
}

// Returns a user whose row takes more than 8 KiB.
User LargeUser() {
  return With(SampleUser("user-" + UserId(NextSampleUuid()).ToString()),
              [](UserFields& f) { f.display_name = std::string(8192, 'x'); });
}

// Writes until a write fails. Returns the number of successful writes.
std::size_t WriteUntilFailure(Store& store, absl::Status& failure) {
  for (std::size_t written = 0; written < 10'000; ++written) {
    failure = WriteUser(store, LargeUser());
    if (!failure.ok()) return written;
  }
  return 0;
}

void CheckUnavailable(const absl::Status& status, const std::string& path) {
  INFO(status.ToString());
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(status.message()), Contains(path));
}

// Checks the store after the cause of a failure is removed: the health check passes, writes succeed, and no
// acknowledged write is lost.
void CheckRecovered(Store& store, std::size_t acknowledged) {
  REQUIRE_OK(store.Check(Deadline::Never()));
  REQUIRE_OK(WriteUser(store, LargeUser()));
  const std::vector<Event> events = AllEvents(store);
  CHECK(events.size() == acknowledged + 1);
  CHECK(IsWholeChain(events));
}

TEST_CASE("the error for a full disk names the file, and the store recovers without a restart", "[sqlite]") {
  TemporaryFolder folder;
  if (mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=4m") != 0) {
    WARN("skipped: the test needs the privilege to mount a file system");
    return;
  }
  {
    std::ofstream(folder.File("filler")) << std::string(1 << 20, 'x');
    OpenedStore opened(folder.File("keelson.db"));
    absl::Status failure;
    const std::size_t acknowledged = WriteUntilFailure(*opened.store, failure);
    CHECK(acknowledged > 0);
    CheckUnavailable(failure, opened.options.path);
    CHECK_THAT(std::string(failure.message()), Contains("full"));
    CheckUnavailable(opened.store->Check(Deadline::Never()), opened.options.path);
    CHECK(AllEvents(*opened.store).size() == acknowledged);

    std::filesystem::remove(folder.File("filler"));
    CheckRecovered(*opened.store, acknowledged);
  }
  CHECK(umount(folder.path().c_str()) == 0);
}

TEST_CASE("the error at the file size limit names the file, and the store recovers without a restart",
          "[sqlite]") {
  TemporaryFolder folder;
  OpenedStore opened(folder.File("keelson.db"));
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{1 << 20, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  absl::Status failure;
  const std::size_t acknowledged = WriteUntilFailure(*opened.store, failure);
  const absl::Status health = opened.store->Check(Deadline::Never());
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(acknowledged > 0);
  CheckUnavailable(failure, opened.options.path);
  CheckUnavailable(health, opened.options.path);
  CheckRecovered(*opened.store, acknowledged);
}

TEST_CASE("the error for a file locked by another process names the file, and the store recovers",
          "[sqlite]") {
  TemporaryFolder folder;
  OpenedStore opened(folder.File("keelson.db"));
  {
    SQLite::Database other(opened.options.path, SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    const absl::Status failure = WriteUser(*opened.store, LargeUser());
    CheckUnavailable(failure, opened.options.path);
    CHECK_THAT(std::string(failure.message()), Contains("locked"));
    CheckUnavailable(opened.store->Check(Deadline::Never()), opened.options.path);
    other.exec("ROLLBACK");
  }
  CheckRecovered(*opened.store, 0);
}

TEST_CASE("writes fail while the database file is missing or replaced", "[sqlite]") {
  TemporaryFolder folder;
  OpenedStore opened(folder.File("keelson.db"));
  const std::string moved = folder.File("moved.db");
  std::filesystem::rename(opened.options.path, moved);
  CheckUnavailable(opened.store->Check(Deadline::Never()), opened.options.path);
  CheckUnavailable(WriteUser(*opened.store, LargeUser()), opened.options.path);
  std::ofstream(opened.options.path) << "another";
  const absl::Status replaced = opened.store->Check(Deadline::Never());
  CheckUnavailable(replaced, opened.options.path);
  CHECK_THAT(std::string(replaced.message()), Contains("replaced"));
  CheckUnavailable(WriteUser(*opened.store, LargeUser()), opened.options.path);
  std::filesystem::rename(moved, opened.options.path);
  CheckRecovered(*opened.store, 0);
}

TEST_CASE("a file that is already open can't be opened again", "[sqlite]") {
  TemporaryFolder folder;
  OpenedStore opened(folder.File("keelson.db"));
  const absl::Status second = SqliteStore::Open(opened.options, opened.clock).status();
  CheckUnavailable(second, opened.options.path);
  CHECK_THAT(std::string(second.message()), Contains("in use by another process"));
}

// Runs the process as an unprivileged user until the destructor.
class Unprivileged {
 public:
  Unprivileged() : before_(geteuid()) {
    if (before_ == 0) REQUIRE(seteuid(65534) == 0);
  }
  ~Unprivileged() {
    if (before_ == 0) CHECK(seteuid(before_) == 0);
  }

 private:
  uid_t before_;
};

TEST_CASE("the error for a read-only file contains its path", "[sqlite]") {
  TemporaryFolder folder;
  OpenedStore opened(folder.File("keelson.db"));
  opened.store.reset();
  std::filesystem::remove(opened.options.path + ".lock");
  REQUIRE(chmod(folder.path().c_str(), 0777) == 0);
  REQUIRE(chmod(opened.options.path.c_str(), 0444) == 0);
  absl::Status status;
  {
    const Unprivileged unprivileged;
    status = SqliteStore::Open(opened.options, opened.clock).status();
  }
  CheckUnavailable(status, opened.options.path);
  CHECK_THAT(std::string(status.message()), Contains("read-only"));
}

TEST_CASE("read-only commands work in a read-only directory", "[sqlite]") {
  TemporaryFolder folder;
  TemporaryFolder backups;
  const std::string path = folder.File("keelson.db");
  OpenedStore opened(path);
  StoredUser(*opened.store);
  opened.store.reset();
  std::filesystem::remove(path + ".lock");
  REQUIRE(chmod(path.c_str(), 0444) == 0);
  REQUIRE(chmod(folder.path().c_str(), 0555) == 0);
  REQUIRE(chmod(backups.path().c_str(), 0777) == 0);
  absl::StatusOr<std::int64_t> users;
  absl::StatusOr<std::vector<MigrationStatus>> steps;
  absl::StatusOr<std::vector<int>> applied;
  absl::Status backup;
  {
    const Unprivileged unprivileged;
    const SqliteMigrator migrator(path, opened.clock);
    steps = migrator.Status();
    applied = migrator.Up();
    const auto reader = SqliteBulk::OpenReader(path, BulkAccess::kShared, opened.clock);
    users = reader.ok() ? (*reader)->Count(RowKind::kUsers) : reader.status();
    backup = BackUpSqlite(path, backups.File("backup.db"), opened.clock, [](std::int64_t, std::int64_t) {});
  }
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE_OK(steps.status());
  CHECK_FALSE(steps->empty());
  REQUIRE_OK(applied.status());
  CHECK(applied->empty());
  REQUIRE_OK(users.status());
  CHECK(*users == 1);
  REQUIRE_OK(backup);
  CHECK(std::filesystem::exists(backups.File("backup.db")));
}

TEST_CASE("the error for a missing directory contains the path of the database", "[sqlite]") {
  TemporaryFolder folder;
  RealClock clock;
  SqliteOptions options;
  options.path = folder.File("missing/keelson.db");
  CheckUnavailable(SqliteStore::Open(options, clock).status(), options.path);
}

}  // namespace
}  // namespace keelson
