#include "adapters/grpc/call_deadline.h"

#include <catch2/catch.hpp>

namespace keelson {
namespace {

constexpr gpr_timespec kNow{1'700'000'000, 500'000'000, GPR_CLOCK_MONOTONIC};
constexpr absl::Duration kMax = absl::Seconds(10);

absl::Duration Left(std::int64_t seconds, std::int32_t nanoseconds) {
  return TimeUntil({kNow.tv_sec + seconds, nanoseconds, GPR_CLOCK_MONOTONIC}, kNow, kMax);
}

TEST_CASE("a client's deadline is clamped to the maximum") {
  CHECK(Left(3, 500'000'000) == absl::Seconds(3));
  CHECK(Left(3, 500'000'001) == absl::Seconds(3) + absl::Nanoseconds(1));
  CHECK(Left(1, 0) == absl::Milliseconds(500));
  CHECK(Left(10, 500'000'000) == kMax);
  CHECK(Left(11, 0) == kMax);
}

TEST_CASE("TimeUntil returns zero for an expired deadline") {
  CHECK(Left(0, 500'000'000) == absl::ZeroDuration());
  CHECK(Left(-1, 999'999'999) == absl::ZeroDuration());
  CHECK(Left(-1'700'000'000, 0) == absl::ZeroDuration());
  CHECK(TimeUntil(gpr_inf_past(GPR_CLOCK_MONOTONIC), kNow, kMax) == absl::ZeroDuration());
}

TEST_CASE("a deadline that is centuries away is clamped to the maximum, without overflow") {
  // The deadlines of grpc-timeout 2562047H and of 99999999H, the protocol's maximum.
  CHECK(Left(std::int64_t{2'562'047} * 3600, 0) == kMax);
  CHECK(Left(std::int64_t{99'999'999} * 3600, 0) == kMax);
  CHECK(TimeUntil({std::numeric_limits<std::int64_t>::max() - 1, 999'999'999, GPR_CLOCK_MONOTONIC}, kNow,
                  kMax) == kMax);
  CHECK(TimeUntil(gpr_inf_future(GPR_CLOCK_MONOTONIC), kNow, kMax) == kMax);
}

}  // namespace
}  // namespace keelson
