#include "absl/synchronization/notification.h"
#include "core/store/store.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

TEST_CASE("a full write queue rejects further writes immediately and commits the queued writes", "[sqlite]") {
  TemporaryFolder folder;
  RealClock clock;
  SqliteOptions options;
  options.path = folder.File("keelson.db");
  options.queue = 2;
  absl::StatusOr<std::unique_ptr<Store>> opened = SqliteStore::Open(options, clock);
  REQUIRE_OK(opened.status());
  Store& store = **opened;

  absl::Notification begun;
  absl::Notification go_on;
  std::thread slow([&] {
    Write(store, [&](WriteTransaction&) {
      begun.Notify();
      go_on.WaitForNotification();
      return absl::OkStatus();
    }).IgnoreError();
  });
  begun.WaitForNotification();
  std::atomic<int> served{0};
  std::vector<std::thread> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.emplace_back([&] {
      absl::Status status;
      do {  // repeated because a write of the main thread below may occupy the queue
        status = Write(store, [](WriteTransaction&) { return absl::OkStatus(); });
      } while (HasReason(status, Reason::kOverloaded));
      if (status.ok()) ++served;
    });
  }
  absl::Status refused;
  do {
    refused = store.Write(Deadline::After(absl::Milliseconds(5)),
                          [](WriteTransaction&) { return absl::OkStatus(); });
  } while (absl::IsDeadlineExceeded(refused));
  go_on.Notify();
  slow.join();
  for (std::thread& thread : waiting) thread.join();
  CHECK(HasReason(refused, Reason::kOverloaded));
  CHECK(served == 2);
}

}  // namespace
}  // namespace keelson
