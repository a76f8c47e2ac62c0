#include "core/common/backoff.h"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/support/fake_entropy.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

constexpr absl::Duration kBase = absl::Seconds(2);
constexpr absl::Duration kCap = absl::Minutes(15);

TEST_CASE("The upper bound of the delay doubles with each attempt, up to the cap") {
  ConstantEntropy most(0xff);
  const auto ceiling = [&](std::int64_t attempt) {
    return absl::Ceil(FullJitter(most, kBase, kCap, attempt), absl::Milliseconds(1));
  };
  CHECK(ceiling(1) == absl::Seconds(2));
  CHECK(ceiling(2) == absl::Seconds(4));
  CHECK(ceiling(3) == absl::Seconds(8));
  CHECK(ceiling(9) == absl::Seconds(512));
  CHECK(ceiling(10) == kCap);
  CHECK(ceiling(1000) == kCap);
  CHECK(ceiling(std::numeric_limits<std::int64_t>::max()) == kCap);
  CHECK(ceiling(0) == absl::Seconds(2));
}

TEST_CASE("Delays are spread from zero to their upper bound") {
  ConstantEntropy least(0);
  CHECK(FullJitter(least, kBase, kCap, 5) == absl::ZeroDuration());
  const Seed seed(9);
  FakeEntropy random(seed.value());
  absl::Duration sum;
  constexpr int kRounds = 4000;
  for (int i = 0; i < kRounds; ++i) {
    const absl::Duration delay = FullJitter(random, kBase, kCap, 3);
    REQUIRE(delay >= absl::ZeroDuration());
    REQUIRE(delay < absl::Seconds(8));
    REQUIRE(delay == absl::Trunc(delay, absl::Microseconds(1)));
    sum += delay;
  }
  CHECK(sum / kRounds > absl::Seconds(3.8));
  CHECK(sum / kRounds < absl::Seconds(4.2));
}

}  // namespace
}  // namespace keelson
