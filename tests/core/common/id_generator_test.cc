#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <thread>
#include <vector>

#include "core/common/id.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"

namespace keelson {
namespace {

std::int64_t MillisOf(const Uuid& uuid) {
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | uuid[i];
  return millis;
}

void CheckIsVersion7(const Uuid& uuid) {
  CHECK(uuid[6] >> 4 == 7);
  CHECK(uuid[8] >> 6 == 2);
}

TEST_CASE("A new id is a UUIDv7 that begins with the clock's time in milliseconds") {
  FakeClock clock;
  FakeEntropy entropy;
  IdGenerator ids(clock, entropy);
  const Uuid uuid = ids.Next<UserKind>().uuid();
  CHECK(MillisOf(uuid) == absl::ToUnixMillis(clock.Now()));
  CheckIsVersion7(uuid);
}

TEST_CASE(
    "Ids increase within one millisecond, even if the random bits are smaller than those of the previous "
    "id") {
  FakeClock clock;
  for (const int byte : {0x00, 0x7f, 0xff}) {
    CAPTURE(byte);
    ConstantEntropy entropy(static_cast<std::uint8_t>(byte));
    IdGenerator ids(clock, entropy);
    UserId last = ids.Next<UserKind>();
    for (int i = 0; i < 1000; ++i) {
      const UserId next = ids.Next<UserKind>();
      REQUIRE(last < next);
      CheckIsVersion7(next.uuid());
      last = next;
    }
  }
}

TEST_CASE(
    "When the random bits of a millisecond are exhausted, the next id begins with the next millisecond") {
  FakeClock clock;
  ConstantEntropy entropy(0xff);
  IdGenerator ids(clock, entropy);
  const Uuid first = ids.Next<UserKind>().uuid();
  const Uuid second = ids.Next<UserKind>().uuid();
  CHECK(MillisOf(second) == MillisOf(first) + 1);
  CheckIsVersion7(second);
  CHECK(first < second);
}

TEST_CASE("Ids increase even after the clock is set back, and later begin with the clock's time again") {
  FakeClock clock;
  FakeEntropy entropy;
  IdGenerator ids(clock, entropy);
  UserId last = ids.Next<UserKind>();
  clock.Advance(-absl::Hours(1));
  for (int i = 0; i < 100; ++i) {
    const UserId next = ids.Next<UserKind>();
    REQUIRE(last < next);
    last = next;
  }
  clock.Advance(absl::Hours(2));
  const UserId later = ids.Next<UserKind>();
  CHECK(last < later);
  CHECK(MillisOf(later.uuid()) == absl::ToUnixMillis(clock.Now()));
}

TEST_CASE("Concurrent threads get distinct ids that increase within each thread") {
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kEach = 2000;
  FakeClock clock;
  FakeEntropy entropy;
  IdGenerator ids(clock, entropy);
  std::vector<std::vector<OrderId>> made(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<OrderId>& mine : made) {
    threads.emplace_back([&ids, &mine] {
      for (std::size_t i = 0; i < kEach; ++i) mine.push_back(ids.Next<OrderKind>());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<OrderId> all;
  for (const std::vector<OrderId>& mine : made) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  CHECK(all.size() == kThreads * kEach);
}

}  // namespace
}  // namespace keelson
