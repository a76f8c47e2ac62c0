#include "app/resume_clock.h"

#include <catch2/catch.hpp>
#include <memory>

#include "adapters/store/memory/memory_store.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/app/stepped_clock.h"

namespace keelson {
namespace {

const absl::Time kStart = SteppedClock::Start();

// Creates a store whose last event has the time `time`.
std::unique_ptr<MemoryStore> StoreWithEventAt(absl::Time time) {
  auto store = std::make_unique<MemoryStore>();
  Event event;
  event.type = "user.registered";
  event.create_time = time;
  REQUIRE(
      store->Write(Deadline::Never(), [&](WriteTransaction& tx) { return tx.events().Append(event); }).ok());
  return store;
}

TEST_CASE("the service's clock starts no earlier than the last event in the store") {
  SteppedClock stepped;
  const auto store = StoreWithEventAt(kStart + absl::Minutes(10));
  REQUIRE(ResumeClock(*store, stepped.clock, stepped.log, Deadline::Never()).ok());
  CHECK(stepped.clock.Now() == kStart + absl::Minutes(10));
  stepped.Pass(absl::Minutes(20));
  CHECK(stepped.clock.Now() == kStart + absl::Minutes(20));
}

TEST_CASE("a last event in the past or an empty store leaves the clock unchanged") {
  SteppedClock stepped;
  const auto older = StoreWithEventAt(kStart - absl::Hours(1));
  REQUIRE(ResumeClock(*older, stepped.clock, stepped.log, Deadline::Never()).ok());
  MemoryStore empty;
  REQUIRE(ResumeClock(empty, stepped.clock, stepped.log, Deadline::Never()).ok());
  CHECK(stepped.clock.Now() == kStart);
  CHECK(stepped.log.events().empty());
}

TEST_CASE("an event too far in the future is logged and leaves the clock unchanged") {
  SteppedClock stepped;
  const auto store = StoreWithEventAt(kStart + kMaxResumedLead + absl::Microseconds(1));
  REQUIRE(ResumeClock(*store, stepped.clock, stepped.log, Deadline::Never()).ok());
  CHECK(stepped.clock.Now() == kStart);
  CHECK(stepped.log.events() == std::vector<std::string>{"clock.behind_store"});
}

TEST_CASE("ResumeClock returns the error of the store") {
  SteppedClock stepped;
  MemoryStore store;
  CHECK(absl::IsDeadlineExceeded(
      ResumeClock(store, stepped.clock, stepped.log, Deadline::After(absl::ZeroDuration()))));
}

}  // namespace
}  // namespace keelson
