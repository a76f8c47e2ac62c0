#include "core/sessions/throttle_rule.h"

#include <catch2/catch.hpp>
#include <cstdint>

namespace keelson {
namespace {

const absl::Time kFirstAttempt = absl::FromUnixSeconds(1'767'225'600);

// The throttle after `count` attempts, each at the end of the delay before it; `now` becomes the time of the
// last attempt.
Throttle AfterFailures(const ThrottleRule& rule, std::int64_t count, absl::Time& now) {
  Throttle throttle;
  for (std::int64_t i = 0; i < count; ++i) {
    now += RemainingDelay(rule, throttle, now);
    CountAttempt(rule, throttle, now);
  }
  return throttle;
}

struct DelayRow {
  std::int64_t failures;
  absl::Duration delay;
};

TEST_CASE("The delay before an account's next attempt follows from its consecutive failures") {
  for (const DelayRow& row :
       {DelayRow{0, absl::ZeroDuration()}, DelayRow{1, absl::ZeroDuration()},
        DelayRow{10, absl::ZeroDuration()}, DelayRow{11, absl::Seconds(30)}, DelayRow{12, absl::Minutes(1)},
        DelayRow{13, absl::Minutes(2)}, DelayRow{17, absl::Minutes(32)}, DelayRow{18, absl::Hours(1)},
        DelayRow{19, absl::Hours(1)}, DelayRow{99, absl::Hours(1)}, DelayRow{100, absl::Hours(24)}}) {
    CAPTURE(row.failures);
    absl::Time now = kFirstAttempt;
    const Throttle throttle = AfterFailures(kAccountThrottle, row.failures, now);
    CHECK(throttle.failures == row.failures);
    CHECK(RemainingDelay(kAccountThrottle, throttle, now) == row.delay);
  }
}

TEST_CASE("The delay before a network's next attempt follows from its failures") {
  for (const DelayRow& row : {DelayRow{100, absl::ZeroDuration()}, DelayRow{101, absl::Seconds(1)},
                              DelayRow{102, absl::Seconds(2)}, DelayRow{106, absl::Seconds(32)},
                              DelayRow{107, absl::Minutes(1)}, DelayRow{5000, absl::Minutes(1)}}) {
    CAPTURE(row.failures);
    absl::Time now = kFirstAttempt;
    const Throttle throttle = AfterFailures(kNetworkThrottle, row.failures, now);
    CHECK(RemainingDelay(kNetworkThrottle, throttle, now) == row.delay);
  }
}

TEST_CASE("A delay ends at a time, and its rest is reported") {
  absl::Time now = kFirstAttempt;
  const Throttle throttle = AfterFailures(kAccountThrottle, 11, now);
  CHECK(RemainingDelay(kAccountThrottle, throttle, now + absl::Seconds(29)) == absl::Seconds(1));
  CHECK(RemainingDelay(kAccountThrottle, throttle, now + absl::Seconds(30)) == absl::ZeroDuration());
}

TEST_CASE("Failures are forgotten after a time without attempts, except those of a blocked account") {
  absl::Time now = kFirstAttempt;
  Throttle throttle = AfterFailures(kAccountThrottle, 99, now);
  CHECK(throttle.expire_time == now + absl::Hours(24));
  CountAttempt(kAccountThrottle, throttle, now + absl::Hours(24));
  CHECK(throttle.failures == 1);
  CHECK(RemainingDelay(kAccountThrottle, throttle, now + absl::Hours(24)) == absl::ZeroDuration());

  const Throttle blocked = AfterFailures(kAccountThrottle, 100, now);
  CHECK(blocked.expire_time == absl::InfiniteFuture());
  CHECK(RemainingDelay(kAccountThrottle, blocked, now + absl::Hours(24 * 365 * 50)) == absl::Hours(24));

  now = kFirstAttempt;
  const Throttle network = AfterFailures(kNetworkThrottle, 107, now);
  CHECK(network.expire_time == now + absl::Hours(1));
}

TEST_CASE("A failure without a delay does not delay a parallel attempt that took its time earlier") {
  absl::Time now = kFirstAttempt;
  const absl::Time earlier = now - absl::Milliseconds(1);
  Throttle throttle = AfterFailures(kAccountThrottle, 10, now);
  CHECK(RemainingDelay(kAccountThrottle, throttle, earlier) == absl::ZeroDuration());

  CountAttempt(kAccountThrottle, throttle, now);
  TakeBackAttempt(kAccountThrottle, Throttle(throttle), throttle, now);
  CHECK(RemainingDelay(kAccountThrottle, throttle, earlier) == absl::ZeroDuration());
}

TEST_CASE("An attempt that is taken back leaves the other failures, and no delay of its own") {
  absl::Time now = kFirstAttempt;
  Throttle throttle = AfterFailures(kAccountThrottle, 11, now);
  const Throttle counted = throttle;
  TakeBackAttempt(kAccountThrottle, counted, throttle, now);
  CHECK(throttle.failures == 10);
  CHECK(RemainingDelay(kAccountThrottle, throttle, now) == absl::ZeroDuration());
  CountAttempt(kAccountThrottle, throttle, now);
  CHECK(RemainingDelay(kAccountThrottle, throttle, now) == absl::Seconds(30));
}

TEST_CASE("An attempt that is taken back leaves the delay of a later failure") {
  absl::Time now = kFirstAttempt;
  const Throttle counted = AfterFailures(kAccountThrottle, 10, now);
  Throttle throttle = counted;
  now += absl::Seconds(1);
  CountAttempt(kAccountThrottle, throttle, now);
  TakeBackAttempt(kAccountThrottle, counted, throttle, now);
  CHECK(throttle.failures == 10);
  CHECK(RemainingDelay(kAccountThrottle, throttle, now) == absl::Seconds(30));
}

TEST_CASE("The attempt that blocks an account can be taken back") {
  absl::Time now = kFirstAttempt;
  Throttle throttle = AfterFailures(kAccountThrottle, 100, now);
  TakeBackAttempt(kAccountThrottle, Throttle(throttle), throttle, now);
  CHECK(throttle.failures == 99);
  CHECK(RemainingDelay(kAccountThrottle, throttle, now) == absl::ZeroDuration());
  CHECK(throttle.expire_time == now + absl::Hours(24));
}

}  // namespace
}  // namespace keelson
