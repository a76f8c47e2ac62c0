// Tests that each startup error prints one line and exits with the right code.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/privileges.h"
#include "tests/e2e/support/refusal.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

using std::filesystem::perms;

// [sqlite]: the tests change the database file, its mode and its lock.
TEST_CASE("a file that is not a database is rejected and not changed", "[sqlite]") {
  const Folder folder;
  const std::string text(10'000, 'x');
  WriteFile(folder / "keelson.db", text);
  CheckRefusal(Serve(folder), 1, "keelson.db", "not an SQLite database");
  CHECK(ReadFile(folder / "keelson.db") == text);
}

TEST_CASE("another application's database is rejected", "[sqlite]") {
  const Folder folder;
  Database(folder / "keelson.db").Execute("CREATE TABLE theirs (id INTEGER)");
  CheckRefusal(Serve(folder), 1, "keelson.db", "another application");
}

// Returns the name of the database as error messages show it.
std::string DatabaseName(const Folder& folder) {
  return OnPostgres() ? folder.path().filename() : "keelson.db";
}

TEST_CASE("a newer schema is rejected") {
  const Folder folder;
  CHECK(ServiceProcess(folder.path()).Stop() == 0);
  ExecuteInStore(folder.path(),
                 "INSERT INTO schema_migrations (version, name, checksum, apply_time) "
                 "SELECT 999, 'future', 'x', apply_time FROM schema_migrations WHERE version = 1");
  CheckRefusal(Serve(folder), 1, DatabaseName(folder), "newer schema");
}

TEST_CASE("an older schema is rejected if store.migrate is false") {
  const Folder folder;
  CheckRefusal(Serve(folder, {"store.migrate=false"}), 1, DatabaseName(folder), "migrate");
}

TEST_CASE("a second process on the same file is rejected, and the first continues", "[sqlite]") {
  const Folder folder;
  ServiceProcess service(folder.path());
  CheckRefusal(Serve(folder), 1, "keelson.db", "in use by another process");
  RegisterUser(service.Connect(), "ada@example.com");
}

TEST_CASE("a database is rejected unless the file and the directory are writable", "[sqlite]") {
  const Folder folder;
  std::filesystem::create_directory(folder / "mail");
  CHECK(ServiceProcess(folder.path()).Stop() == 0);
  const auto somebody = Unprivileged(folder.path());
  if (!somebody) {
    WARN("skipped: unprivileged users cannot access the build directory");
    return;
  }
  SECTION("the file is read-only") {
    std::filesystem::permissions(folder / "keelson.db", perms::owner_read | perms::others_read);
    CheckRefusal(Serve(folder, {}, *somebody), 1, "keelson.db", "read-only");
  }
  SECTION("the directory is read-only") {
    std::filesystem::remove(folder / "keelson.db.lock");
    std::filesystem::permissions(folder.path(), perms::owner_read | perms::owner_exec);
    CheckRefusal(Serve(folder, {}, *somebody), 1, "keelson.db", "Permission denied");
    std::filesystem::permissions(folder.path(), perms::owner_all);
  }
  SECTION("the file and the directory are writable") {
    CHECK(ServiceProcess(folder.path(), {}, ServiceProcess::Expect::kServing, *somebody).Stop() == 0);
  }
}

TEST_CASE("config check reports a path that can't hold a database", "[sqlite]") {
  const Folder folder;
  std::filesystem::create_directory(folder / "directory.db");
  for (const auto& [path, error] : std::vector<std::pair<std::string, std::string>>{
           {"missing/keelson.db",
            "lies in a directory that can't be reached: missing: No such file or directory"},
           {"directory.db", "is not a regular file"},
           {":memory:", "must name a file"}}) {
    const std::string setting = StrCat("store.sqlite.path=", path);
    CheckRefusal(RunKeelson({"config", "check", "--set", setting}, folder.path()), 2,
                 "--set: store.sqlite.path ", error);
    CHECK(Serve(folder, {setting}).exit_code != 0);
  }
  CHECK(RunKeelson({"config", "check", "--set", "store.sqlite.path=new.db"}, folder.path()).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "new.db"));
}

TEST_CASE("the error for an invalid mail directory names the directory") {
  const Folder folder;
  WriteFile(folder / "mail", "a file");
  const CommandResult result = Serve(folder);
  CheckRefusal(result, result.exit_code, "mail", "is not writable");
  CHECK(result.exit_code != 0);
}

TEST_CASE("a listen port in use ends the service with exit code 1, and the error names the key") {
  const Folder folder, another;
  const ServiceProcess::Settings settings = [&] {
    ServiceProcess service(folder.path());
    ServiceProcess::Settings same = {StrCat("server.listen=", service.target())};
    CheckRefusal(Serve(another, same), 1, "server.listen: can't listen on " + service.target(), "in use");
    CHECK(service.Stop() == 0);
    return same;
  }();
  CHECK(ServiceProcess(another.path(), settings).Stop() == 0);
}

TEST_CASE("a listen address that this machine does not have ends the service with exit code 1") {
  const Folder folder;
  // This address is reserved for documentation (RFC 5737), so that no machine has it.
  CheckRefusal(Serve(folder, {"server.listen=203.0.113.1:1", "server.insecure=true"}), 1,
               "server.listen: can't listen on 203.0.113.1:1", "assign requested address");
}

TEST_CASE("every configuration error names the file, the line and the key") {
  const Folder folder;
  CheckRefusal(RunKeelson({"serve", "--config", "nothing.toml"}, folder.path()), 2, "nothing.toml",
               "No such file");
  WriteFile(folder / "broken.toml", "[server\n");
  CheckRefusal(RunKeelson({"serve", "--config", "broken.toml"}, folder.path()), 2, "broken.toml", ":1");
  WriteFile(folder / "invalid.toml", "[server]\nlisten = 5\n[refunds]\nwindw = \"1h\"\nmax_per_order = 0\n");
  const CommandResult result = RunKeelson({"serve", "--config", "invalid.toml"}, folder.path());
  CHECK(result.exit_code == 2);
  const std::vector<std::string> lines = Lines(result.errors);
  REQUIRE(lines.size() == 3);
  for (const char* place : {"invalid.toml:2", "invalid.toml:4", "invalid.toml:5"}) {
    CHECK(std::count_if(lines.begin(), lines.end(),
                        [&](const std::string& line) { return line.find(place) != std::string::npos; }) == 1);
  }
  CHECK_THAT(result.errors, Catch::Contains("server.listen") && Catch::Contains("refunds.window") &&
                                Catch::Contains("refunds.max_per_order"));
  CHECK(Serve(folder, {"server.listen=0.0.0.0:0"}).exit_code == 2);
  CHECK(RunKeelson({"serve", "--no-such-option"}, folder.path()).exit_code == 2);
  CHECK(RunKeelson({}, folder.path()).exit_code == 2);
  CHECK_FALSE(std::filesystem::exists(folder / "keelson.db"));
}

}  // namespace
}  // namespace keelson::e2e
