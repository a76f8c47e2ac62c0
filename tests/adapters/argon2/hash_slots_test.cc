#include "adapters/passwords/argon2/hash_slots.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <string>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "core/common/error.h"

namespace keelson {
namespace {

// Blocks until `running` jobs run and `waiting` jobs wait.
void AwaitLoad(const HashSlots& slots, std::size_t running, std::size_t waiting) {
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (absl::Now() < give_up) {
    const HashLoad load = slots.load();
    if (load.running == running && load.waiting == waiting) return;
    absl::SleepFor(absl::Milliseconds(1));
  }
  FAIL("the expected numbers of running and waiting jobs were not reached");
}

// A gate that blocks running jobs until the test opens it.
class Gate {
 public:
  void Open() { opened_.Notify(); }
  // Starts a thread that runs a job that blocks at the gate.
  std::thread Caller(HashSlots& slots, std::uint64_t memory_bytes = 1) {
    return std::thread([this, &slots, memory_bytes] {
      const absl::Status status =
          slots.Run(memory_bytes, Deadline::Never(), [this] { opened_.WaitForNotification(); });
      if (status.ok()) ++done_;
    });
  }
  int done() const { return done_; }

 private:
  absl::Notification opened_;
  std::atomic<int> done_ = 0;
};

}  // namespace

TEST_CASE("a slot's thread is named hash-0 and has a lower priority than the calling thread") {
  HashSlots slots({.slots = 1, .queue = 1, .memory_budget_bytes = 1});
  std::string name(16, '\0');
  int niceness = 0;
  bool elsewhere = false;
  const std::thread::id caller = std::this_thread::get_id();
  REQUIRE(slots
              .Run(1, Deadline::Never(),
                   [&] {
                     pthread_getname_np(pthread_self(), name.data(), name.size());
                     niceness = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
                     elsewhere = std::this_thread::get_id() != caller;
                   })
              .ok());
  CHECK(std::string(name.c_str()) == "hash-0");
  const int own = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
  CHECK(niceness == std::min(19, own + HashSlots::kNiceness));
  CHECK(elsewhere);
}

TEST_CASE("at most one job per slot runs at a time, and all jobs finish") {
  HashSlots slots({.slots = 3, .queue = 64, .memory_budget_bytes = 1000});
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 40; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        const absl::Status status = slots.Run(1, Deadline::Never(), [&] {
          const int now = ++running;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          absl::SleepFor(absl::Milliseconds(1));
          --running;
        });
        if (status.ok()) ++done;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(done == 200);
  CHECK(most == 3);
  CHECK(slots.load().running == 0);
}

TEST_CASE("with a full queue, Run returns OVERLOADED with a retry delay and does not run the job") {
  HashSlots slots({.slots = 1, .queue = 2, .memory_budget_bytes = 10});
  Gate gate;
  std::vector<std::thread> callers;
  callers.push_back(gate.Caller(slots));
  AwaitLoad(slots, 1, 0);
  callers.push_back(gate.Caller(slots));
  callers.push_back(gate.Caller(slots));
  AwaitLoad(slots, 1, 2);

  bool ran = false;
  const absl::Status status = slots.Run(1, Deadline::Never(), [&] { ran = true; });
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  REQUIRE(HasReason(status, Reason::kOverloaded));
  const std::optional<absl::Duration> retry_after = DetailsOf(status)->retry_after;
  REQUIRE(retry_after.has_value());
  CHECK(*retry_after > absl::ZeroDuration());
  CHECK_FALSE(ran);
  CHECK(HasReason(slots.CheckQueue(), Reason::kOverloaded));

  gate.Open();
  for (std::thread& caller : callers) caller.join();
  CHECK(gate.done() == 3);
  CHECK(slots.CheckQueue().ok());
  CHECK(slots.Run(1, Deadline::Never(), [&] { ran = true; }).ok());
  CHECK(ran);
}

TEST_CASE("with a queue of size zero, a free slot still runs jobs") {
  HashSlots slots({.slots = 1, .queue = 0, .memory_budget_bytes = 10});
  CHECK(slots.CheckQueue().ok());
  for (int i = 0; i < 100; ++i) {
    AwaitLoad(slots, 0, 0);
    CHECK(slots.Run(1, Deadline::Never(), [] {}).ok());
  }
}

TEST_CASE("a job whose deadline expires in the queue is removed and does not run") {
  HashSlots slots({.slots = 1, .queue = 8, .memory_budget_bytes = 10});
  Gate gate;
  std::thread busy = gate.Caller(slots);
  AwaitLoad(slots, 1, 0);
  std::atomic<bool> ran = false;
  const absl::Time began = absl::Now();
  const absl::Status status = slots.Run(1, Deadline::After(absl::Milliseconds(30)), [&] { ran = true; });
  CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(absl::Now() - began >= absl::Milliseconds(30));
  CHECK(slots.load().waiting == 0);
  gate.Open();
  busy.join();
  AwaitLoad(slots, 0, 0);
  CHECK_FALSE(ran);
}

TEST_CASE("with an expired deadline, the job does not run even if a slot is free") {
  HashSlots slots({.slots = 1, .queue = 8, .memory_budget_bytes = 10});
  bool ran = false;
  CHECK(slots.Run(1, Deadline::After(absl::ZeroDuration()), [&] { ran = true; }).code() ==
        absl::StatusCode::kDeadlineExceeded);
  CHECK_FALSE(ran);
}

TEST_CASE("Run waits for a running job even after the deadline") {
  HashSlots slots({.slots = 1, .queue = 8, .memory_budget_bytes = 10});
  bool ran = false;
  const Deadline deadline = Deadline::After(absl::Seconds(1));
  const absl::Status status = slots.Run(1, deadline, [&] {
    absl::SleepFor(deadline.remaining() + absl::Milliseconds(20));
    ran = true;
  });
  CHECK(status.ok());
  CHECK(ran);
}

TEST_CASE("a job waits until its memory fits into the budget") {
  HashSlots slots({.slots = 2, .queue = 8, .memory_budget_bytes = 100});
  Gate first;
  Gate second;
  std::thread large = first.Caller(slots, 80);
  AwaitLoad(slots, 1, 0);
  std::thread other = second.Caller(slots, 21);
  AwaitLoad(slots, 1, 1);
  absl::SleepFor(absl::Milliseconds(20));
  AwaitLoad(slots, 1, 1);
  first.Open();
  AwaitLoad(slots, 1, 0);
  second.Open();
  large.join();
  other.join();
}

TEST_CASE("a job larger than the whole memory budget runs alone") {
  HashSlots slots({.slots = 2, .queue = 8, .memory_budget_bytes = 100});
  Gate gate;
  std::thread huge = gate.Caller(slots, 1000);
  AwaitLoad(slots, 1, 0);
  Gate small_gate;
  std::thread small = small_gate.Caller(slots, 1);
  AwaitLoad(slots, 1, 1);
  gate.Open();
  small_gate.Open();
  huge.join();
  small.join();
  CHECK(gate.done() + small_gate.done() == 2);
}

TEST_CASE("when a large job's deadline expires in the queue, the small job behind it starts") {
  HashSlots slots({.slots = 2, .queue = 8, .memory_budget_bytes = 100});
  Gate gate;
  std::thread busy = gate.Caller(slots, 50);
  AwaitLoad(slots, 1, 0);
  std::thread impatient([&] {
    const absl::Status status = slots.Run(90, Deadline::After(absl::Milliseconds(500)), [] {});
    if (status.code() != absl::StatusCode::kDeadlineExceeded) std::abort();
  });
  AwaitLoad(slots, 1, 1);
  CHECK(slots.Run(10, Deadline::After(absl::Seconds(20)), [] {}).ok());
  gate.Open();
  busy.join();
  impatient.join();
}

}  // namespace keelson
