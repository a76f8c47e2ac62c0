// Tests the dispatch of messages when the system's clock is set forward or back.
#include <catch2/catch.hpp>

#include "tests/core/notifications/dispatch_fixture.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr absl::Duration kStep = absl::Minutes(10);

TEST_CASE("Setting the clock forward does not end the wait that a provider requested") {
  DispatchFixture fixture;
  fixture.Post();
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "slow down", absl::Minutes(5))};
  const auto sender = fixture.Sender({&fixture.first});
  fixture.Dispatch(*sender);
  fixture.clock.Jump(kStep);
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
  fixture.clock.Advance(absl::Minutes(5));
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 2);
}

TEST_CASE("Setting the clock forward does not shorten the time that a circuit is open") {
  DispatchFixture fixture;
  fixture.policy.circuit.min_calls = 1;
  fixture.Post();
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kUnreachable)};
  const auto sender = fixture.Sender({&fixture.first});
  fixture.Dispatch(*sender);
  fixture.clock.Jump(kStep);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);
  fixture.clock.Advance(fixture.policy.circuit.open);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kHalfOpen);
}

TEST_CASE("Setting the clock back does not prolong the time that a circuit is open") {
  DispatchFixture fixture;
  fixture.policy.circuit.min_calls = 1;
  fixture.Post();
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kUnreachable)};
  const auto sender = fixture.Sender({&fixture.first});
  fixture.Dispatch(*sender);
  fixture.clock.Jump(-kStep);
  fixture.clock.Advance(fixture.policy.circuit.open);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kHalfOpen);
}

TEST_CASE("Setting the clock back does not prolong the wait that the rate limit requires") {
  DispatchFixture fixture;
  fixture.policy.rate = 1;
  for (int i = 0; i < 2; ++i) fixture.Post();
  const auto sender = fixture.Sender({&fixture.first});
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
  fixture.clock.Jump(-kStep);
  fixture.clock.Advance(absl::Seconds(1));
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 2);
}

TEST_CASE(
    "A dispatcher renews its leases at once when the clock is set forward, and claims no message twice") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post("verify_email");
  const auto sender = fixture.Sender({&fixture.first});
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  fixture.clock.Jump(kStep);
  Must(sender->FlushAndClaim());
  CHECK(fixture.Dispatch({&fixture.second}) == 0);
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.Load(id).attempts == 1);
  CHECK(fixture.first.sent.size() == 1);
  CHECK(fixture.log.Count("message.lease_lost") == 0);
}

TEST_CASE("A message that is being sent when the clock is set forward is not sent twice") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post("verify_email");
  const auto sender = fixture.Sender({&fixture.first});
  fixture.first.on_send = [&](const Email&) {
    fixture.clock.Jump(kStep);
    Must(sender->FlushAndClaim());
    CHECK(fixture.Dispatch({&fixture.second}) == 0);
  };
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.Load(id).attempts == 1);
  CHECK(fixture.first.sent.size() == 1);
  CHECK(fixture.second.sent.empty());
}

TEST_CASE(
    "Setting the clock back does not prolong a lease, which the dispatcher measures by the monotonic clock") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  const auto sender = fixture.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  fixture.clock.Advance(fixture.policy.lease - absl::Seconds(1));
  fixture.clock.Jump(-kStep);
  CHECK_FALSE(sender->SendNext(0));
  CHECK(fixture.first.sent.empty());
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
}

}  // namespace
}  // namespace keelson
