#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

// A child process of keelson_crash_writer, with a pipe from its standard output.
class CrashWriter {
 public:
  explicit CrashWriter(const std::string& path) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execl(KEELSON_CRASH_WRITER, KEELSON_CRASH_WRITER, path.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~CrashWriter() { close(output_); }

  // Kills the process after `bytes` of output. Returns its whole output.
  std::string KillAfter(std::size_t bytes) {
    std::string said;
    char buffer[4096];
    bool killed = false;
    for (ssize_t count; (count = read(output_, buffer, sizeof buffer)) > 0;) {
      said.append(buffer, static_cast<std::size_t>(count));
      if (killed || said.size() < bytes) continue;
      kill(pid_, SIGKILL);
      killed = true;
    }
    waitpid(pid_, nullptr, 0);
    return said;
  }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
};

TEST_CASE("acknowledged writes survive kill -9, and the hash chain of the events is intact", "[sqlite]") {
  TemporaryFolder folder;
  SqliteOptions options;
  options.path = folder.File("keelson.db");
  std::string acknowledged;
  for (int round = 0; round < 3; ++round) {
    acknowledged += CrashWriter(options.path).KillAfter(20'000);

    RealClock clock;
    absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open(options, clock);
    REQUIRE_OK(store.status());
    std::istringstream lines(acknowledged.substr(0, acknowledged.rfind('\n') + 1));
    int missing = 0;
    int found = 0;
    for (std::string line; std::getline(lines, line);) {
      const std::optional<UserId> id = UserId::Parse(line);
      if (!id) continue;
      const bool there = Get(**store, [&](ReadTransaction& tx) { return tx.users().Find(*id); }).has_value();
      ++(there ? found : missing);
    }
    CHECK(missing == 0);
    CHECK(found > 500 * (round + 1));
    const std::vector<Event> events = AllEvents(**store);
    CHECK(events.size() >= static_cast<std::size_t>(found));
    CHECK(IsWholeChain(events));
  }
}

TEST_CASE("a closed store is a single file and opens with all rows", "[sqlite]") {
  TemporaryFolder folder;
  RealClock clock;
  SqliteOptions options;
  options.path = folder.File("keelson.db");
  absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open(options, clock);
  REQUIRE_OK(store.status());
  const User user = StoredUser(**store);
  REQUIRE_OK(Write(**store, [](WriteTransaction& tx) { return tx.events().Append(SampleEvent("a")); }));
  store->reset();
  CHECK(!std::filesystem::exists(options.path + "-wal"));

  store = SqliteStore::Open(options, clock);
  REQUIRE_OK(store.status());
  CHECK(Get(**store, [&](ReadTransaction& tx) { return tx.users().Find(user->id); })->fields() ==
        user.fields());
  REQUIRE_OK(Write(**store, [](WriteTransaction& tx) { return tx.events().Append(SampleEvent("b")); }));
  CHECK(AllEvents(**store).size() == 2);
  CHECK(IsWholeChain(AllEvents(**store)));
}

}  // namespace
}  // namespace keelson
