// Tests that only one store can open a database file, under any name of the file.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "adapters/store/sqlite/file_guard.h"
#include "adapters/store/sqlite/sqlite_migrator.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

void CheckRefused(const absl::Status& status, const std::string& path, const std::string& cause) {
  INFO(status.ToString());
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(status.message()), Contains(path) && Contains(cause));
}

// Expects that the file can be neither opened by a store nor migrated.
void CheckInUse(const std::string& path) {
  CAPTURE(path);
  CheckRefused(OpenAt(path).status(), path, "in use by another process");
  const SqliteMigrator migrator(path, real_clock);
  CheckRefused(migrator.Up().status(), path, "in use by another process");
  CheckRefused(migrator.Down(0).status(), path, "in use by another process");
}

TEST_CASE("while a database file is open, it can't be opened again under any of its names", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("keelson.db");
  const std::unique_ptr<Store> store = MustOpen(path);
  std::filesystem::create_directory(folder.File("sub"));
  std::filesystem::create_symlink("keelson.db", folder.File("link.db"));
  std::filesystem::create_symlink(folder.File("link.db"), folder.File("sub/link of link.db"));
  std::filesystem::create_directory_symlink(folder.path(), folder.File("sub/up"));
  std::filesystem::create_hard_link(path, folder.File("hard.db"));
  for (const char* name : {"keelson.db", "./keelson.db", "sub/../keelson.db", "sub/up/keelson.db", "link.db",
                           "sub/link of link.db", "hard.db"}) {
    CheckInUse(folder.File(name));
  }
  StoredUser(*store);
  CHECK(AllEvents(*store).empty());
}

TEST_CASE("while a database file is open, it can't be opened again through a bind mount", "[sqlite]") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.File("data"));
  std::filesystem::create_directories(folder.File("mounted"));
  if (mount(folder.File("data").c_str(), folder.File("mounted").c_str(), nullptr, MS_BIND, nullptr) != 0) {
    WARN("skipped: the test needs the privilege to mount a file system");
    return;
  }
  {
    const std::unique_ptr<Store> store = MustOpen(folder.File("data/keelson.db"));
    CheckInUse(folder.File("mounted/keelson.db"));
    StoredUser(*store);
  }
  CHECK(umount(folder.File("mounted").c_str()) == 0);
}

TEST_CASE("opening a symbolic link to a missing file creates and locks the target", "[sqlite]") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("keelson.db", folder.File("link.db"));
  const std::unique_ptr<Store> store = MustOpen(folder.File("link.db"));
  CHECK(std::filesystem::exists(folder.File("keelson.db-wal")));
  CheckInUse(folder.File("keelson.db"));
}

TEST_CASE("deleting the lock file of an open database does not allow a second store to open the database",
          "[sqlite]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("keelson.db");
  const std::unique_ptr<Store> store = MustOpen(path);
  std::filesystem::remove(path + ".lock");
  CheckInUse(path);
  StoredUser(*store);
}

TEST_CASE("while a moved or replaced database is open, neither its old nor its new path can be opened",
          "[sqlite]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("keelson.db");
  std::unique_ptr<Store> store = MustOpen(path);
  StoredUser(*store, "ada");
  MustOpen(folder.File("other.db")).reset();
  SECTION("moved to another name") {
    std::filesystem::rename(path, folder.File("away.db"));
  }
  SECTION("replaced by another database") {
    std::filesystem::create_hard_link(path, folder.File("away.db"));
    std::filesystem::rename(folder.File("other.db"), path);
  }
  CheckInUse(path);
  CheckRefused(OpenAt(folder.File("away.db")).status(), "away.db", "in use by another process");
  store.reset();
  // The moved file must contain all commits, because the log stays under the old name.
  CHECK(SQLite::Database(folder.File("away.db")).execAndGet("SELECT count(*) FROM users").getInt() == 1);
}

// Takes the lock of older versions: flock on "<configured path>.lock", without resolving links.
class OlderVersion {
 public:
  explicit OlderVersion(const std::string& path)
      : lock_(open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    REQUIRE(flock(lock_, LOCK_EX | LOCK_NB) == 0);
  }
  ~OlderVersion() { close(lock_); }

 private:
  const int lock_;
};

TEST_CASE("the lock excludes older versions, and the lock of an older version excludes this version",
          "[sqlite]") {
  const TemporaryFolder folder;
  MustOpen(folder.File("keelson.db")).reset();
  std::filesystem::create_symlink("keelson.db", folder.File("link.db"));
  const std::string path = folder.File(GENERATE("keelson.db", "link.db"));
  {
    const OlderVersion older(path);
    CheckInUse(path);
  }
  const std::unique_ptr<Store> store = MustOpen(path);
  const int lock = open((path + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  CHECK(flock(lock, LOCK_EX | LOCK_NB) != 0);
  close(lock);
}

TEST_CASE("a file with hard links opens only under the name that was used last", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("keelson.db");
  MustOpen(path).reset();
  std::filesystem::create_hard_link(path, folder.File("hard.db"));
  CheckRefused(OpenAt(folder.File("hard.db")).status(), "hard.db", "2 hard links");
  CheckRefused(SqliteMigrator(folder.File("hard.db"), real_clock).Status().status(), "hard.db",
               "2 hard links");
  StoredUser(*MustOpen(path));
  std::filesystem::remove(path);
  StoredUser(*MustOpen(folder.File("hard.db")), "bob");
}

TEST_CASE("a directory or a pipe is rejected as a database", "[sqlite]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.File("directory.db"));
  REQUIRE(mkfifo(folder.File("pipe.db").c_str(), 0600) == 0);
  for (const char* name : {"directory.db", "pipe.db"}) {
    CheckRefused(OpenAt(folder.File(name)).status(), name, "is not a regular file");
    CheckRefused(SqliteMigrator(folder.File(name), real_clock).Status().status(), name,
                 "is not a regular file");
  }
}

TEST_CASE("a new database is readable only by its owner", "[sqlite]") {
  const TemporaryFolder folder;
  const std::unique_ptr<Store> store = MustOpen(folder.File("keelson.db"));
  StoredUser(*store);
  using std::filesystem::perms;
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    CAPTURE(suffix);
    CHECK(std::filesystem::status(folder.File("keelson.db") + suffix).permissions() ==
          (perms::owner_read | perms::owner_write));
  }
}

TEST_CASE("paths like :memory: and file:x are treated as plain file names", "[sqlite]") {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  for (const char* name : {":memory:", "file:keelson.db?mode=memory"}) {
    StoredUser(*MustOpen(name));
    CHECK(std::filesystem::exists(folder.path() / name));
    CHECK(AllEvents(*MustOpen(name)).empty());
  }
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace keelson
