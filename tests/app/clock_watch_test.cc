#include "app/clock_watch.h"

#include <catch2/catch.hpp>

#include "core/events/event_repository.h"
#include "tests/app/stepped_clock.h"

namespace keelson {
namespace {

struct WatchedClock : SteppedClock {
  ClockWatch watch{clock, log};
};

TEST_CASE(
    "setting the system clock back logs one event; one more follows when the service's clock equals it") {
  WatchedClock watched;
  watched.watch();
  watched.Step(-absl::Minutes(10));
  for (int i = 0; i < 19; ++i) {
    watched.watch();
    watched.Pass(absl::Minutes(1));
  }
  CHECK(watched.log.events() == std::vector<std::string>{"clock.set_back"});
  watched.Pass(absl::Minutes(1));
  for (int i = 0; i < 3; ++i) watched.watch();
  CHECK(watched.log.events() == std::vector<std::string>{"clock.set_back", "clock.agrees"});
}

TEST_CASE("a system clock set forward, or back by less than a second, is not logged") {
  WatchedClock watched;
  for (const absl::Duration step : {absl::Minutes(10), -absl::Milliseconds(999), absl::Seconds(1)}) {
    watched.Step(step);
    watched.watch();
    watched.Pass(absl::Seconds(5));
    watched.watch();
  }
  CHECK(watched.log.events().empty());
}

}  // namespace
}  // namespace keelson
