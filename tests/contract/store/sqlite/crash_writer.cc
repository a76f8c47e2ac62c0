// Opens the store at the path in its argument, and writes users from several threads until the process is
// killed. Prints the id of each user after its write was acknowledged.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "adapters/store/sqlite/sqlite_store.h"
#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/samples.h"
#include "tests/support/real_clock.h"

namespace keelson {
namespace {

absl::Status WriteUser(Store& store, const User& user) {
  return store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.users().Insert(user, "$argon2id$hash");
    if (status.ok()) status = tx.events().Append(SampleEvent(user->id.ToString()));
    return status;
  });
}

void WriteForever(Store& store, int thread) {
  for (int i = 0;; ++i) {
    const User user =
        SampleUser(std::to_string(getpid()) + "-" + std::to_string(thread) + "-" + std::to_string(i));
    if (!WriteUser(store, user).ok()) return;
    const std::string line = user->id.ToString() + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
  }
}

int Main(const std::string& path) {
  RealClock clock;
  SqliteOptions options;
  options.path = path;
  absl::StatusOr<std::unique_ptr<Store>> store = SqliteStore::Open(options, clock);
  if (!store.ok()) {
    std::fputs(std::string(store.status().message()).c_str(), stderr);
    return 1;
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&, i] { WriteForever(**store, i); });
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  return argc == 2 ? keelson::Main(argv[1]) : 2;
}
