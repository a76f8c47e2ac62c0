#include "core/common/deadline.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

namespace keelson {
namespace {

constexpr int kHourMilliseconds = 3'600'000;

TEST_CASE("a new deadline has its timeout remaining and has not expired") {
  const Deadline deadline = Deadline::After(absl::Hours(2));
  CHECK_FALSE(deadline.expired());
  CHECK_FALSE(deadline.is_never());
  CHECK(deadline.remaining() <= absl::Hours(2));
  CHECK(deadline.remaining() > absl::Hours(1));
}

TEST_CASE("a deadline with a timeout of zero or less has expired, with no time remaining") {
  for (const absl::Duration timeout : {absl::ZeroDuration(), -absl::Nanoseconds(1),
                                       -absl::Hours(24 * 365 * 300), -absl::InfiniteDuration()}) {
    const Deadline deadline = Deadline::After(timeout);
    CHECK(deadline.expired());
    CHECK(deadline.remaining() == absl::ZeroDuration());
    CHECK(deadline.PollMilliseconds() == 0);
  }
}

TEST_CASE("a deadline of Never does not expire and has an infinite remaining time") {
  for (const Deadline never : {Deadline(), Deadline::Never(), Deadline::After(absl::InfiniteDuration())}) {
    CHECK(never.is_never());
    CHECK_FALSE(never.expired());
    CHECK(never.remaining() == absl::InfiniteDuration());
    CHECK(never.PollMilliseconds() == kHourMilliseconds);
  }
}

TEST_CASE("a timeout beyond the clock's range gives a deadline that never expires") {
  CHECK(Deadline::After(absl::Hours(24 * 365 * 300)).is_never());
  CHECK(Deadline::After(absl::Nanoseconds(std::numeric_limits<std::int64_t>::max())).is_never());
  const Deadline two_centuries = Deadline::After(absl::Hours(24 * 365 * 200));
  CHECK_FALSE(two_centuries.is_never());
  CHECK(two_centuries.remaining() > absl::Hours(24 * 365 * 199));
}

TEST_CASE("the earlier deadline is the smaller one, and Never is the latest") {
  const Deadline sooner = Deadline::After(absl::Seconds(1));
  const Deadline later = Deadline::After(absl::Minutes(1));
  CHECK(sooner < later);
  CHECK(later < Deadline::Never());
  CHECK(std::min({Deadline::Never(), later, sooner}) == sooner);
}

TEST_CASE("a poll timeout is rounded up and bounded by an hour") {
  CHECK(Deadline::After(absl::Seconds(10)).PollMilliseconds() > 9'000);
  CHECK(Deadline::After(absl::Seconds(10)).PollMilliseconds() <= 10'000);
  CHECK(Deadline::After(absl::Hours(24)).PollMilliseconds() == kHourMilliseconds);
  // Rounding down would end the wait before the deadline, and the caller would loop without waiting.
  const Deadline soon = Deadline::After(absl::Milliseconds(1));
  CHECK((soon.PollMilliseconds() == 1 || soon.expired()));
}

}  // namespace
}  // namespace keelson
