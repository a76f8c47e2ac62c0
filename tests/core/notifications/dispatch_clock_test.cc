// Sending while somebody sets the system's clock.
#include <catch2/catch.hpp>

#include "tests/core/notifications/dispatch_fixture.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr absl::Duration kStep = absl::Minutes(10);

TEST_CASE("A clock that is set forward ends no provider's pause") {
  DispatchFixture office;
  office.Post();
  office.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "slow down", absl::Minutes(5))};
  const auto sender = office.Sender({&office.first});
  office.Dispatch(*sender);
  office.clock.Jump(kStep);
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
  office.clock.Advance(absl::Minutes(5));
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 2);
}

TEST_CASE("A clock that is set forward closes no circuit") {
  DispatchFixture office;
  office.policy.circuit.min_calls = 1;
  office.Post();
  office.first.script = {FakeEmailProvider::Refused(Kind::kUnreachable)};
  const auto sender = office.Sender({&office.first});
  office.Dispatch(*sender);
  office.clock.Jump(kStep);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);
  office.clock.Advance(office.policy.circuit.open);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kHalfOpen);
}

TEST_CASE("A clock that is set back keeps no circuit open for longer") {
  DispatchFixture office;
  office.policy.circuit.min_calls = 1;
  office.Post();
  office.first.script = {FakeEmailProvider::Refused(Kind::kUnreachable)};
  const auto sender = office.Sender({&office.first});
  office.Dispatch(*sender);
  office.clock.Jump(-kStep);
  office.clock.Advance(office.policy.circuit.open);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kHalfOpen);
}

TEST_CASE("A clock that is set back holds up no message by the rate") {
  DispatchFixture office;
  office.policy.rate = 1;
  for (int i = 0; i < 2; ++i) office.Post();
  const auto sender = office.Sender({&office.first});
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
  office.clock.Jump(-kStep);
  office.clock.Advance(absl::Seconds(1));
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 2);
}

TEST_CASE("A sender renews its leases at once when the clock is set forward, and claims nothing twice") {
  DispatchFixture office;
  const MessageId id = office.Post("verify_email");
  const auto sender = office.Sender({&office.first});
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  office.clock.Jump(kStep);
  Must(sender->FlushAndClaim());
  CHECK(office.Dispatch({&office.second}) == 0);
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.Load(id).attempts == 1);
  CHECK(office.first.sent.size() == 1);
  CHECK(office.log.Count("message.lease_lost") == 0);
}

TEST_CASE("A message whose attempt is under way when the clock is set forward is not sent twice") {
  DispatchFixture office;
  const MessageId id = office.Post("verify_email");
  const auto sender = office.Sender({&office.first});
  office.first.on_send = [&](const Email&) {
    office.clock.Jump(kStep);
    Must(sender->FlushAndClaim());
    CHECK(office.Dispatch({&office.second}) == 0);
  };
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.Load(id).attempts == 1);
  CHECK(office.first.sent.size() == 1);
  CHECK(office.second.sent.empty());
}

TEST_CASE("A clock that is set back prolongs no lease within the process") {
  DispatchFixture office;
  const MessageId id = office.Post();
  const auto sender = office.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  office.clock.Advance(office.policy.lease - absl::Seconds(1));
  office.clock.Jump(-kStep);
  CHECK_FALSE(sender->SendNext(0));
  CHECK(office.first.sent.empty());
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
}

}  // namespace
}  // namespace keelson
