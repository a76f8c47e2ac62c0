#include "core/common/failure_history.h"

#include <catch2/catch.hpp>

#include "core/common/id.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"

namespace keelson {
namespace {

struct MessageIds {
  MessageId operator()() { return generator.Next<MessageKind>(); }

  FakeClock clock;
  FakeEntropy entropy;
  IdGenerator generator{clock, entropy};
};

TEST_CASE("AddFailure returns false while the provider accepts no other message") {
  MessageIds ids;
  FailureHistory<MessageId> history;
  const MessageId first = ids(), second = ids();
  for (int i = 1; i <= 3; ++i) {
    CHECK_FALSE(history.AddFailure(first));
    CHECK_FALSE(history.AddFailure(second));
    CHECK(history.CountFailures(first) == i);
  }
}

TEST_CASE("AddFailure returns true if the message fails again after the provider accepted another message") {
  MessageIds ids;
  FailureHistory<MessageId> history;
  const MessageId poison = ids();
  history.AddAcceptance(ids());
  CHECK_FALSE(history.AddFailure(poison));
  history.AddAcceptance(ids());
  CHECK(history.AddFailure(poison));
  CHECK(history.AddFailure(poison));
  CHECK_FALSE(history.AddFailure(ids()));
}

TEST_CASE("The number of a message's failures is 0 after the provider accepts the message") {
  MessageIds ids;
  FailureHistory<MessageId> history;
  const MessageId id = ids();
  history.AddFailure(id);
  history.AddAcceptance(id);
  CHECK(history.CountFailures(id) == 0);
  CHECK_FALSE(history.AddFailure(id));
}

TEST_CASE("The history drops the oldest messages beyond its limit") {
  MessageIds ids;
  FailureHistory<MessageId> history;
  const MessageId oldest = ids();
  history.AddFailure(oldest);
  MessageId newest;
  for (std::size_t i = 0; i < FailureHistory<MessageId>::kMaxItems; ++i) history.AddFailure(newest = ids());
  CHECK(history.CountFailures(oldest) == 0);
  CHECK(history.CountFailures(newest) == 1);
}

}  // namespace
}  // namespace keelson
