// Tests `keelson restore`, and backups that are copied by hand.
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/refusal.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/store_pair.h"

namespace keelson::e2e {
namespace {

using Catch::Contains;
using std::filesystem::copy_options;

constexpr const char* kFiles[] = {"keelson.db", "keelson.db-wal", "keelson.db-shm", "keelson.db.lock"};
// A test fails if a command needs this many steps. A step is a system call that changes or syncs a file.
constexpr int kMaxSteps = 5000;

bool HasUser(const Client& client, const std::string& email) {
  return client(&Accounts::GetUserByEmail, Field("email", email)).ok();
}

// The files of a service that was killed. "backup.db" contains the user ada; the WAL of the database also
// contains the user bob.
class KilledService {
 public:
  KilledService() {
    ServiceProcess service(folder_.path());
    const Client client = service.Connect();
    RegisterUser(client, "ada@example.com");
    CheckDone(Run({"backup", "backup.db"}));
    RegisterUser(client, "bob@example.com");
    service.Kill();
    std::filesystem::create_directory(folder_ / "killed");
    for (const char* file : kFiles) std::filesystem::copy_file(folder_ / file, folder_ / "killed" / file);
  }

  // Restores the files of the killed service.
  void Reset() const {
    for (const char* suffix : {"-wal", "-shm", ".lock", ".restoring"}) {
      std::filesystem::remove(folder_ / (StrCat("keelson.db", suffix)));
    }
    for (const char* file : kFiles) {
      std::filesystem::copy_file(folder_ / "killed" / file, folder_ / file, copy_options::overwrite_existing);
    }
  }

  const Folder& folder() const { return folder_; }
  CommandResult Run(const std::vector<std::string>& arguments) const {
    return RunKeelson(arguments, folder_.path());
  }
  // Runs the command, and kills it before step number `step` (see kill_at_step.cc). Returns the exit code, or
  // the negated number of the signal.
  int RunUntil(int step, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"/usr/bin/env", StrCat("LD_PRELOAD=", KEELSON_KILL_AT_STEP),
                                         StrCat("KEELSON_TEST_KILL_AT=", step), KEELSON_BINARY});
    return ChildProcess(std::move(arguments), folder_.path(), {}).Wait();
  }

 private:
  const Folder folder_;
};

const std::vector<std::string> kRestore = {"restore", "backup.db", "--replace"};

// [sqlite]: restore replaces SQLite files only.
TEST_CASE("restore replaces the database of a crashed service with the backup", "[sqlite]") {
  const KilledService killed;
  CheckRefused(killed.Run({"restore", "backup.db"}), 1, "--replace");
  const CommandResult restored = killed.Run(kRestore);
  CheckDone(restored);
  CHECK(restored.output == "restored keelson.db from backup.db\n");
  CheckClean(killed.Run({"verify"}));
  ServiceProcess service(killed.folder().path());
  const Client client = service.Connect();
  CHECK(HasUser(client, "ada@example.com"));
  CHECK_FALSE(HasUser(client, "bob@example.com"));
  RegisterUser(client, "carol@example.com");
}

TEST_CASE("kill -9 at any step of restore leaves either the old database or the restored one", "[sqlite]") {
  const KilledService killed;
  bool old_state = false;
  bool new_state = false;
  int step = 1;
  for (; step < kMaxSteps; ++step) {
    CAPTURE(step);
    killed.Reset();
    const int exit_code = killed.RunUntil(step, kRestore);
    // For every even step, a second restore is killed at the same step.
    if (step % 2 == 0) killed.RunUntil(step, kRestore);
    ServiceProcess service(killed.folder().path());
    const Client client = service.Connect();
    CHECK(HasUser(client, "ada@example.com"));
    (HasUser(client, "bob@example.com") ? old_state : new_state) = true;
    CHECK(service.Stop() == 0);
    CheckClean(killed.Run({"verify"}));
    if (exit_code == 0) break;
    REQUIRE(exit_code == -SIGKILL);
  }
  CHECK(step > 20);
  CHECK(step < kMaxSteps);
  CHECK(old_state);
  CHECK(new_state);
}

TEST_CASE("kill -9 at any step of the recovery of the WAL keeps all commits", "[sqlite]") {
  const KilledService killed;
  int step = 1;
  for (; step < kMaxSteps; ++step) {
    CAPTURE(step);
    killed.Reset();
    const int exit_code = killed.RunUntil(step, {"migrate", "up"});
    ServiceProcess service(killed.folder().path());
    CHECK(HasUser(service.Connect(), "bob@example.com"));
    if (exit_code == 0) break;
    REQUIRE(exit_code == -SIGKILL);
  }
  CHECK(step > 5);
  CHECK(step < kMaxSteps);
}

TEST_CASE("a backup copied over a crashed database is refused until the stale WAL is deleted or restore runs",
          "[sqlite]") {
  const KilledService killed;
  std::filesystem::copy_file(killed.folder() / "backup.db", killed.folder() / "keelson.db",
                             copy_options::overwrite_existing);
  CheckRefusal(Serve(killed.folder()), 1, "keelson.db-wal", "keelson restore");
  CheckRefused(killed.Run({"verify"}), 1, "keelson.db-wal");
  SECTION("the WAL is deleted by hand") {
    std::filesystem::remove(killed.folder() / "keelson.db-wal");
    std::filesystem::remove(killed.folder() / "keelson.db-shm");
  }
  SECTION("restore replaces the database") {
    CheckDone(killed.Run(kRestore));
  }
  ServiceProcess service(killed.folder().path());
  CHECK(HasUser(service.Connect(), "ada@example.com"));
  CHECK_FALSE(HasUser(service.Connect(), "bob@example.com"));
}

TEST_CASE("restore fails while the service runs, for a store other than SQLite, and for a missing backup",
          "[sqlite]") {
  const KilledService killed;
  {
    ServiceProcess service(killed.folder().path());
    CheckRefused(killed.Run(kRestore), 1, "keelson.db is in use by another process");
    RegisterUser(service.Connect(), "carol@example.com");
  }
  CheckRefused(killed.Run({"restore", "backup.db", "--set", "store.adapter=memory"}), 2,
               "store.adapter memory does not support restore");
  CheckRefused(killed.Run({"restore", "nothing.db", "--replace"}), 1, "nothing.db can't be reached");
  CHECK(killed.Run({"restore"}).exit_code == 2);
}

TEST_CASE("a second process is rejected even if it opens the database file by a symbolic or a hard link",
          "[sqlite]") {
  const Folder folder;
  ServiceProcess service(folder.path());
  std::filesystem::create_symlink("keelson.db", folder / "other.db");
  std::filesystem::create_hard_link(folder / "keelson.db", folder / "hard.db");
  for (const char* name : {"other.db", "hard.db", "./keelson.db"}) {
    const std::string setting = StrCat("store.sqlite.path=", name);
    CheckRefusal(Serve(folder, {setting}), 1, name, "in use by another process");
    CheckRefused(RunKeelson({"migrate", "down", "--to", "0", "--set", setting}, folder.path()), 1,
                 "in use by another process");
    CheckRefused(RunKeelson({"restore", name, "--set", setting}, folder.path()), 1,
                 "in use by another process");
  }
  RegisterUser(service.Connect(), "ada@example.com");
}

}  // namespace
}  // namespace keelson::e2e
