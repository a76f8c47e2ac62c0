#include "core/common/steady_time.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace keelson {
namespace {

TEST_CASE("the difference of two steady times is a duration, and steady times are ordered") {
  const SteadyTime begin = SteadyTime::Now();
  const SteadyTime end = begin + absl::Seconds(2);
  CHECK(end - begin == absl::Seconds(2));
  CHECK(end - absl::Seconds(2) == begin);
  CHECK(begin < end);
  CHECK(std::max(begin, end) == end);
  CHECK(SteadyTime::Now() >= begin);
}

TEST_CASE("SteadyTime::Now is after the clock's zero, and between InfinitePast and InfiniteFuture") {
  CHECK(SteadyTime() < SteadyTime::Now());
  CHECK(SteadyTime::InfinitePast() < SteadyTime());
  CHECK(SteadyTime::Now() < SteadyTime::InfiniteFuture());
  CHECK(SteadyTime::InfiniteFuture() - SteadyTime::Now() == absl::InfiniteDuration());
}

}  // namespace
}  // namespace keelson
