// Tests that servers and their directories are removed when a test ends, even if the test crashes.
#include "tests/support/postgres/server_folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "tests/support/postgres/await.h"
#include "tests/support/postgres/pgbouncer.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {
namespace {

using std::filesystem::exists;

bool Lives(pid_t pid) {
  return kill(pid, 0) == 0 &&
         ReadText("/proc/" + std::to_string(pid) + "/stat").find(") Z ") == std::string::npos;
}

pid_t PidIn(const std::filesystem::path& file) {
  return std::stoi(ReadText(file));
}

TEST_CASE("the destructor of PostgresServer stops the server and removes its directory") {
  std::filesystem::path folder;
  pid_t server = 0;
  {
    const PostgresServer postgres;
    folder = postgres.folder().path();
    server = PidIn(folder / "data/postmaster.pid");
    CHECK(Lives(server));
    CHECK(std::filesystem::status(folder / "data").permissions() == std::filesystem::perms::owner_all);
  }
  CHECK_FALSE(exists(folder));
  CHECK_FALSE(Lives(server));
}

// Starts servers, writes the path of their directory to the descriptor `output`, and crashes.
[[noreturn]] void StartAndCrash(int output) {
  const PostgresServer postgres;
  const PgBouncer bouncer(postgres);
  const std::string folder = postgres.folder().path();
  if (write(output, folder.data(), folder.size()) > 0) pause();
  _exit(1);
}

TEST_CASE("a server and its directory are removed after the test is killed") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t test = fork();
  if (test == 0) StartAndCrash(ends[1]);
  char name[100] = "";
  REQUIRE(read(ends[0], name, sizeof name - 1) > 0);
  const std::filesystem::path folder = name;
  const pid_t server = PidIn(folder / "data/postmaster.pid");
  CHECK(Lives(server));
  kill(test, SIGKILL);
  waitpid(test, nullptr, 0);
  CHECK(Await([&] { return !exists(folder) && !Lives(server); }));
  for (const int end : ends) close(end);
}

}  // namespace
}  // namespace keelson::servers
