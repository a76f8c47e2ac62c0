#include <catch2/catch.hpp>

#include "tests/core/notifications/dispatch_fixture.h"
#include "tests/support/failing_store.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// A sender that dies at a moment of its work.
struct Killed {};

TEST_CASE("While one sender has a message, another does not take it") {
  DispatchFixture office;
  office.Post();
  office.first.on_send = [&](const Email&) { CHECK(office.Dispatch({&office.second}) == 0); };
  CHECK(office.Dispatch({&office.first}) == 1);
  CHECK(office.second.sent.empty());
}

TEST_CASE("A message whose sender was killed is sent again by the same provider once the lease has run out") {
  DispatchFixture office;
  office.first.window = absl::Hours(24);
  const MessageId id = office.Post();
  office.first.on_send = [](const Email&) { throw Killed(); };
  CHECK_THROWS_AS(office.Dispatch(), Killed);
  CHECK(office.Load(id).state == MessageState::kSending);
  office.first.on_send = nullptr;
  office.clock.Advance(office.policy.lease - absl::Microseconds(1));
  CHECK(office.Dispatch() == 0);
  office.clock.Advance(absl::Microseconds(1));
  CHECK(office.Dispatch({&office.second, &office.first}) == 1);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.Load(id).attempts == 2);
  CHECK(office.second.sent.empty());
  REQUIRE(office.first.sent.size() == 2);
  CHECK(office.first.sent[0].content == office.first.sent[1].content);
}

TEST_CASE("A message that kills every sender is given up after the last of its attempts") {
  DispatchFixture office;
  office.policy.max_attempts = 3;
  const MessageId id = office.Post("verify_email");
  office.first.on_send = [](const Email&) { throw Killed(); };
  for (int attempt = 1; attempt <= 3; ++attempt) {
    CHECK_THROWS_AS(office.Dispatch(), Killed);
    office.clock.Advance(office.policy.lease);
  }
  CHECK(office.Dispatch() == 1);
  CHECK(office.Load(id).state == MessageState::kDead);
  CHECK(office.first.sent.size() == 3);
}

TEST_CASE("A sender that lost its lease writes nothing over the outcome of the one that took over") {
  DispatchFixture office;
  const MessageId id = office.Post("verify_email");
  office.first.on_send = [&](const Email&) {
    office.clock.Advance(office.policy.lease);
    CHECK(office.Dispatch({&office.second}) == 1);
    office.NewEvents();
  };
  office.first.script = {FakeEmailProvider::Refused(Kind::kMessageRejected)};
  CHECK(office.Dispatch({&office.first}) == 1);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.Load(id).provider == "second");
  CHECK(office.NewEvents().empty());
  CHECK(office.log.Count("message.lease_lost") == 1);
}

TEST_CASE("Messages that nobody can send don't hold up the others") {
  DispatchFixture office;
  std::vector<MessageId> poison;
  for (int i = 0; i < 50; ++i) poison.push_back(office.Post(i % 2 == 0 ? "unknown" : "poison"));
  std::vector<MessageId> good;
  for (int i = 0; i < 20; ++i) good.push_back(office.Post());
  office.first.decide = [&](const Email& email) {
    if (email.content.subject == "poison") return FakeEmailProvider::Refused(Kind::kRetry, "full");
    return office.first.Accepted();
  };
  office.Dispatch();
  for (const MessageId id : good) CHECK(office.Load(id).state == MessageState::kSent);
  for (const MessageId id : poison) CHECK(office.Load(id).state != MessageState::kSent);
}

TEST_CASE("A message that waits to be sent keeps its lease for as long as the process lives") {
  DispatchFixture office;
  const MessageId id = office.Post();
  const auto sender = office.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  for (int i = 0; i < 10; ++i) {
    office.clock.Advance(office.policy.lease / 3);
    Must(sender->FlushAndClaim());
    CHECK(office.Dispatch({&office.second}) == 0);
  }
  CHECK(office.Load(id).attempts == 1);
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.second.sent.empty());
}

TEST_CASE("A message is not sent on a lease that is about to run out, but once it is renewed") {
  DispatchFixture office;
  const MessageId id = office.Post();
  const auto sender = office.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  office.clock.Advance(office.policy.lease - absl::Seconds(1));
  CHECK_FALSE(sender->SendNext(0));
  CHECK(office.first.sent.empty());
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.first.sent.size() == 1);
}

TEST_CASE("A sender that lost a message before it was sent leaves it alone") {
  DispatchFixture office;
  office.Post("verify_email");
  const auto sender = office.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  office.clock.Advance(office.policy.lease);
  CHECK(office.Dispatch({&office.first}) == 1);
  CHECK(office.first.sent.size() == 1);
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
  CHECK(office.log.Count("message.lease_lost") == 1);
}

TEST_CASE("What a sender has not sent when it stops is given back, and no attempt is counted") {
  DispatchFixture office;
  std::vector<MessageId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(office.Post());
  const auto sender = office.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  CHECK(sender->SendNext(0));
  sender->Stop();
  CHECK_FALSE(sender->SendNext(0));
  Must(sender->Close());
  CHECK(office.Load(ids[0]).state == MessageState::kSent);
  for (const MessageId id : {ids[1], ids[2]}) {
    CHECK(office.Load(id).state == MessageState::kQueued);
    CHECK(office.Load(id).attempts == 0);
    CHECK(office.Load(id).pinned_provider.empty());
  }
  CHECK(office.Dispatch() == 2);
  CHECK(office.Load(ids[2]).attempts == 1);
}

TEST_CASE("A message that waits for a failed provider when its sender stops is released, and not rerouted") {
  DispatchFixture office;
  const MessageId failed = office.Post();
  const MessageId waiting = office.Post();
  office.first.script = {FakeEmailProvider::Refused(Kind::kConfig)};
  const auto sender = office.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  CHECK(sender->SendNext(0));
  sender->Stop();
  Must(sender->Close());
  for (const MessageId id : {failed, waiting}) {
    CHECK(office.Load(id).state == MessageState::kQueued);
    CHECK(office.Load(id).attempts == 0);
    CHECK(office.Load(id).pinned_provider.empty());
  }
}

TEST_CASE("What became of a message is written once the store can be reached again") {
  DispatchFixture office;
  const MessageId id = office.Post();
  FailingStore store(office.store);
  DispatchMessages sender({store, office.clock, office.entropy, office.log, office.renderer}, {&office.first},
                          office.policy);
  Must(sender.FlushAndClaim()), Must(sender.FlushAndClaim());
  CHECK(sender.SendNext(0));
  store.failure = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(sender.FlushAndClaim().status()));
  CHECK(absl::IsUnavailable(sender.FlushAndClaim().status()));
  store.failure = absl::OkStatus();
  Must(sender.FlushAndClaim());
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.first.sent.size() == 1);
}

TEST_CASE("A sender takes no more messages than its provider has room for") {
  DispatchFixture office;
  for (int i = 0; i < 2 * office.policy.concurrency + 1; ++i) office.Post();
  const auto sender = office.Sender();
  Must(sender->FlushAndClaim());
  CHECK(office.CountDue() == 1);
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == static_cast<std::size_t>(2 * office.policy.concurrency + 1));
}

TEST_CASE("What was queued with a registration is what is sent") {
  DispatchFixture office;
  office.Ada();
  const std::string token = office.Outbox().at(0).variables.at("token");
  CHECK(office.Dispatch() == 1);
  CHECK(office.first.sent.at(0).to == "ada@example.com");
  CHECK(office.first.sent.at(0).content.text.find(token) != std::string::npos);
  CHECK(office.Verify(token).ok());
  CHECK(office.Dispatch() == 1);
  CHECK(office.first.sent.at(1).content.subject == "welcome");
}

}  // namespace
}  // namespace keelson
