#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"

namespace keelson {
namespace {

absl::Status Append(Store& store, const std::string& subject,
                    const absl::Status& outcome = absl::OkStatus()) {
  return Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.events().Append(SampleEvent(subject));
    return status.ok() ? outcome : status;
  });
}

STORE_TEST("events are numbered from 1 in commit order and chained, and every field is stored") {
  Store& store = fixture.store();
  Event first = SampleEvent("a");
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    absl::Status status = tx.events().Append(first);
    return status.ok() ? tx.events().Append(SampleEvent("b")) : status;
  }));
  REQUIRE_OK(Append(store, "c"));
  const std::vector<Event> events = AllEvents(store);
  REQUIRE(events.size() == 3);
  CHECK(IsWholeChain(events));
  first.sequence = 1;
  first.hash = ChainedHash({}, first);
  CHECK(events[0] == first);
  CHECK(events[1].subject == "b");
  CHECK(events[2].subject == "c");
}

STORE_TEST("AppendMany appends the events in their order, after the earlier events of the transaction") {
  Store& store = fixture.store();
  Event second = SampleEvent("b");
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.events().Append(SampleEvent("a")));
    RETURN_IF_ERROR(tx.events().AppendMany({}));
    return tx.events().AppendMany({second, SampleEvent("c")});
  }));
  const std::vector<Event> events = AllEvents(store);
  REQUIRE(events.size() == 3);
  CHECK(IsWholeChain(events));
  second.sequence = 2;
  second.hash = events[1].hash;
  CHECK(events[1] == second);
  CHECK(events[2].subject == "c");
}

STORE_TEST("a failed unit of work leaves no event and no gap in the numbers") {
  Store& store = fixture.store();
  REQUIRE_OK(Append(store, "a"));
  CHECK(absl::IsAborted(Append(store, "lost", absl::AbortedError("no"))));
  REQUIRE_OK(Append(store, "b"));
  const std::vector<Event> events = AllEvents(store);
  REQUIRE(events.size() == 2);
  CHECK(IsWholeChain(events));
  CHECK(events[1].subject == "b");
}

STORE_TEST("ListAfter returns the events after a sequence number, in order, up to the limit") {
  Store& store = fixture.store();
  for (int i = 1; i <= 5; ++i) REQUIRE_OK(Append(store, std::to_string(i)));
  const auto list = [&](std::int64_t after, int limit) {
    std::string subjects;
    for (const Event& event :
         Get(store, [&](ReadTransaction& tx) { return tx.events().ListAfter(after, limit); })) {
      subjects += event.subject;
    }
    return subjects;
  };
  CHECK(list(0, 3) == "123");
  CHECK(list(3, 3) == "45");
  CHECK(list(5, 3).empty());
  CHECK(list(99, 3).empty());
  CHECK(list(0, 0).empty());
}

STORE_TEST("FindLast returns the last event, or nothing if there are no events") {
  Store& store = fixture.store();
  const auto last = [&] { return Get(store, [](ReadTransaction& tx) { return tx.events().FindLast(); }); };
  CHECK_FALSE(last().has_value());
  for (const std::string subject : {"a", "b"}) {
    REQUIRE_OK(Append(store, subject));
    CHECK(last() == AllEvents(store).back());
    CHECK(last()->subject == subject);
  }
}

STORE_TEST("the hash chain stays intact when some concurrent writers fail") {
  Store& store = fixture.store();
  InParallel(16, [&](int thread) {
    for (int i = 0; i < 20; ++i) {
      const bool fails = (thread + i) % 3 == 0;
      Append(store, "x", fails ? absl::AbortedError("no") : absl::OkStatus()).IgnoreError();
    }
  });
  const std::vector<Event> events = AllEvents(store);
  CHECK(events.size() == 16 * 20 - 107);
  CHECK(IsWholeChain(events));
}

}  // namespace
}  // namespace keelson
