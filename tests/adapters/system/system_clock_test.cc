#include "adapters/system/system_clock.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "absl/time/clock.h"

namespace keelson {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);

// Simulated kernel clocks.
class Kernel {
 public:
  SystemClock::Sources sources() {
    return {.real = [this] { return real_.load(); }, .monotonic = [this] { return monotonic_.load(); }};
  }
  void Pass(absl::Duration time) {
    real_ += absl::ToInt64Nanoseconds(time);
    monotonic_ += absl::ToInt64Nanoseconds(time);
  }
  void Step(absl::Duration by) { real_ += absl::ToInt64Nanoseconds(by); }
  absl::Time real() const { return absl::FromUnixNanos(real_); }

 private:
  std::atomic<std::int64_t> real_{absl::ToUnixNanos(kStart)};
  std::atomic<std::int64_t> monotonic_{absl::ToInt64Nanoseconds(absl::Hours(7))};
};

}  // namespace

TEST_CASE("the system clock returns the time of day in whole microseconds") {
  SystemClock clock;
  const absl::Time before = absl::Now() - absl::Microseconds(1);
  const absl::Time now = clock.Now();
  CHECK(now > before);
  CHECK(now <= absl::Now());
  CHECK(absl::FromUnixMicros(absl::ToUnixMicros(now)) == now);
  CHECK(clock.Lead() == absl::ZeroDuration());
}

TEST_CASE("the system clock and deadlines use the same monotonic clock") {
  SystemClock clock;
  const SteadyTime before = SteadyTime::Now();
  const SteadyTime now = clock.SteadyNow();
  CHECK(now >= before);
  CHECK(now <= SteadyTime::Now());
}

TEST_CASE("the time of day equals the system's clock, also after a step forward") {
  Kernel kernel;
  SystemClock clock(kernel.sources());
  CHECK(clock.Now() == kStart);
  for (const absl::Duration step : {absl::Microseconds(1), absl::Minutes(10), absl::Hours(24 * 3650)}) {
    kernel.Pass(absl::Seconds(1));
    kernel.Step(step);
    CHECK(clock.Now() == kernel.real());
    CHECK(clock.Lead() == absl::ZeroDuration());
  }
}

TEST_CASE(
    "after a step back, the time of day advances at half speed until the system's clock has caught up") {
  Kernel kernel;
  SystemClock clock(kernel.sources());
  clock.Now();
  kernel.Step(-absl::Minutes(10));
  CHECK(clock.Now() == kStart);
  CHECK(clock.Lead() == absl::Minutes(10));
  kernel.Pass(absl::Minutes(4));
  CHECK(clock.Now() == kStart + absl::Minutes(2));
  CHECK(clock.Lead() == absl::Minutes(8));
  kernel.Pass(absl::Minutes(16));
  CHECK(clock.Now() == kStart + absl::Minutes(10));
  CHECK(clock.Lead() == absl::ZeroDuration());
  kernel.Pass(absl::Minutes(1));
  CHECK(clock.Now() == kStart + absl::Minutes(11));
  CHECK(clock.Now() == kernel.real());
}

TEST_CASE("frequent calls of Now() after a step back do not delay the catch-up with the system's clock") {
  Kernel kernel;
  SystemClock clock(kernel.sources());
  clock.Now();
  kernel.Step(-absl::Seconds(1));
  for (int i = 0; i < 2'000'000; ++i) {
    kernel.Pass(absl::Nanoseconds(1'001));
    clock.Now();
  }
  CHECK(clock.Now() == absl::FromUnixMicros(absl::ToUnixMicros(kernel.real())));
}

TEST_CASE("after repeated steps back, the time of day never decreases") {
  Kernel kernel;
  SystemClock clock(kernel.sources());
  absl::Time last = clock.Now();
  for (int i = 0; i < 10'000; ++i) {
    kernel.Pass(absl::Milliseconds(i % 7));
    kernel.Step(absl::Milliseconds((i * 7919) % 2001 - 1000));
    const absl::Time now = clock.Now();
    REQUIRE(now >= last);
    REQUIRE(now >= absl::FromUnixMicros(absl::ToUnixMicros(kernel.real())));
    last = now;
  }
}

TEST_CASE("a step back has no effect if more time than the step passes before the next reading") {
  Kernel kernel;
  SystemClock clock(kernel.sources());
  clock.Now();
  kernel.Step(-absl::Minutes(10));
  kernel.Pass(absl::Minutes(30));
  CHECK(clock.Now() == kernel.real());
}

TEST_CASE("no thread reads an earlier time of day than another thread has already read") {
  Kernel kernel;
  SystemClock clock(kernel.sources());
  std::atomic<bool> over = false;
  std::atomic<std::int64_t> latest = 0;
  std::atomic<int> backwards = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!over) {
        const std::int64_t before = latest;
        const std::int64_t now = absl::ToUnixMicros(clock.Now());
        if (now < before) ++backwards;
        std::int64_t seen = latest;
        while (seen < now && !latest.compare_exchange_weak(seen, now)) {
        }
      }
    });
  }
  for (int i = 0; i < 20'000; ++i) {
    kernel.Pass(absl::Microseconds(3));
    kernel.Step(absl::Microseconds(i % 2 == 0 ? -5'000 : 5'000));
  }
  over = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(backwards == 0);
}

TEST_CASE("StartAt sets a minimum for the time of day") {
  Kernel kernel;
  SystemClock clock(kernel.sources());
  clock.StartAt(kStart + absl::Minutes(10));
  CHECK(clock.Now() == kStart + absl::Minutes(10));
  kernel.Pass(absl::Minutes(20));
  CHECK(clock.Now() == kernel.real());
  clock.StartAt(kStart);
  CHECK(clock.Now() == kernel.real());
}

}  // namespace keelson
