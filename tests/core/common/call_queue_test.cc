#include "core/common/call_queue.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_clock.h"

namespace keelson {
namespace {

// A queue whose calls have taken `duration` so far.
CallQueue<int> QueueOfCalls(absl::Duration duration, Clock& clock, const CallLimits& limits) {
  CallQueue<int> queue(limits, clock);
  queue.Reserve();
  queue.Finish(duration);
  return queue;
}

TEST_CASE("A queue holds two items for each concurrent call until the duration of the calls is known") {
  FakeClock clock;
  CallQueue<int> queue({.concurrency = 8}, clock);
  CHECK(queue.Capacity(/*quick=*/true) == 16);
  queue.Reserve();
  CHECK(queue.load() == 1);
  CHECK(queue.Capacity(/*quick=*/true) == 15);
  queue.Release();
  CHECK(queue.Capacity(/*quick=*/true) == 16);
}

TEST_CASE("A quick queue holds as many items as the concurrent calls handle in 250 ms, within its limits") {
  FakeClock clock;
  const CallLimits limits{.concurrency = 8};
  CHECK(QueueOfCalls(absl::Milliseconds(50), clock, limits).Capacity(true) == 40);
  CHECK(QueueOfCalls(absl::Milliseconds(50), clock, limits).Capacity(false) == 16);
  CHECK(QueueOfCalls(absl::Seconds(10), clock, limits).Capacity(true) == 16);
  CHECK(QueueOfCalls(absl::Microseconds(1), clock, limits).Capacity(true) == limits.max_load);
}

TEST_CASE("A queue with a rate holds no more items than the rate permits in 250 ms") {
  FakeClock clock;
  CHECK(QueueOfCalls(absl::Microseconds(1), clock, {.concurrency = 8, .rate = 100}).Capacity(true) == 25);
  CHECK(QueueOfCalls(absl::Microseconds(1), clock, {.concurrency = 8, .rate = 1}).Capacity(true) == 16);
}

TEST_CASE("A paused queue accepts no items and returns its waiting items after the pause") {
  FakeClock clock;
  CallQueue<int> queue({.concurrency = 1}, clock);
  queue.Reserve();
  queue.Push(7);
  queue.Pause(absl::Seconds(3));
  CHECK_FALSE(queue.CanAccept());
  CHECK_FALSE(queue.IsAvailable());
  CHECK(queue.Capacity(true) == 0);
  CHECK_FALSE(queue.Pop().has_value());
  CHECK(queue.TimeUntilReady() == absl::Seconds(3));
  clock.Advance(absl::Seconds(3));
  CHECK(queue.TimeUntilReady() == absl::ZeroDuration());
  CHECK(queue.Pop() == 7);
  CHECK(queue.TimeUntilReady() == absl::InfiniteDuration());
}

}  // namespace
}  // namespace keelson
