#include "core/common/condition_variable.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace keelson {
namespace {

TEST_CASE("a timed wait without a signal ends at its deadline, with the lock held") {
  absl::Mutex mutex;
  ConditionVariable changed;
  const Deadline deadline = Deadline::After(absl::Milliseconds(20));
  const absl::MutexLock lock(&mutex);
  while (changed.WaitUntil(&mutex, deadline)) {
  }
  mutex.AssertHeld();
  CHECK(deadline.expired());
}

TEST_CASE("a wait with an expired deadline returns false without blocking") {
  absl::Mutex mutex;
  ConditionVariable changed;
  const absl::MutexLock lock(&mutex);
  CHECK_FALSE(changed.WaitUntil(&mutex, Deadline::After(absl::ZeroDuration())));
}

TEST_CASE("Signal ends waits with and without a deadline, and a waiting thread releases the lock") {
  absl::Mutex mutex;
  ConditionVariable changed;
  int value = 0;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) {
      const absl::MutexLock lock(&mutex);
      while (value % 2 == 0) changed.Wait(&mutex);
      ++value;
      changed.Signal();
    }
  });
  for (int i = 0; i < 1000; ++i) {
    const absl::MutexLock lock(&mutex);
    while (value % 2 == 1) changed.WaitUntil(&mutex, Deadline::Never());
    ++value;
    changed.Signal();
  }
  other.join();
  CHECK(value == 2000);
}

TEST_CASE("SignalAll wakes every waiter") {
  absl::Mutex mutex;
  ConditionVariable changed;
  bool open = false;
  int passed = 0;
  std::vector<std::thread> waiters;
  for (int i = 0; i < 8; ++i) {
    waiters.emplace_back([&] {
      const absl::MutexLock lock(&mutex);
      while (!open) changed.WaitUntil(&mutex, Deadline::Never());
      ++passed;
    });
  }
  {
    const absl::MutexLock lock(&mutex);
    open = true;
    changed.SignalAll();
  }
  for (std::thread& waiter : waiters) waiter.join();
  CHECK(passed == 8);
}

}  // namespace
}  // namespace keelson
