#include <catch2/catch.hpp>

#include "tests/core/notifications/dispatch_fixture.h"
#include "tests/support/failing_store.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// A provider throws this exception to simulate that the process is killed during an attempt.
struct Killed {};

TEST_CASE("A message that one dispatcher has claimed is not claimed by another dispatcher") {
  DispatchFixture fixture;
  fixture.Post();
  fixture.first.on_send = [&](const Email&) { CHECK(fixture.Dispatch({&fixture.second}) == 0); };
  CHECK(fixture.Dispatch({&fixture.first}) == 1);
  CHECK(fixture.second.sent.empty());
}

TEST_CASE(
    "A message whose dispatcher was killed is sent again by the same provider once the lease has expired") {
  DispatchFixture fixture;
  fixture.first.window = absl::Hours(24);
  const MessageId id = fixture.Post();
  fixture.first.on_send = [](const Email&) { throw Killed(); };
  CHECK_THROWS_AS(fixture.Dispatch(), Killed);
  CHECK(fixture.Load(id).state == MessageState::kSending);
  fixture.first.on_send = nullptr;
  fixture.clock.Advance(fixture.policy.lease - absl::Microseconds(1));
  CHECK(fixture.Dispatch() == 0);
  fixture.clock.Advance(absl::Microseconds(1));
  CHECK(fixture.Dispatch({&fixture.second, &fixture.first}) == 1);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.Load(id).attempts == 2);
  CHECK(fixture.second.sent.empty());
  REQUIRE(fixture.first.sent.size() == 2);
  CHECK(fixture.first.sent[0].content == fixture.first.sent[1].content);
}

TEST_CASE("A message that kills each of its dispatchers becomes DEAD after max_attempts attempts") {
  DispatchFixture fixture;
  fixture.policy.max_attempts = 3;
  const MessageId id = fixture.Post("verify_email");
  fixture.first.on_send = [](const Email&) { throw Killed(); };
  for (int attempt = 1; attempt <= 3; ++attempt) {
    CHECK_THROWS_AS(fixture.Dispatch(), Killed);
    fixture.clock.Advance(fixture.policy.lease);
  }
  CHECK(fixture.Dispatch() == 1);
  CHECK(fixture.Load(id).state == MessageState::kDead);
  CHECK(fixture.first.sent.size() == 3);
}

TEST_CASE("A dispatcher that lost a lease does not overwrite the outcome that the new owner saved") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post("verify_email");
  fixture.first.on_send = [&](const Email&) {
    fixture.clock.Advance(fixture.policy.lease);
    CHECK(fixture.Dispatch({&fixture.second}) == 1);
    fixture.NewEvents();
  };
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kMessageRejected)};
  CHECK(fixture.Dispatch({&fixture.first}) == 1);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.Load(id).provider == "second");
  CHECK(fixture.NewEvents().empty());
  CHECK(fixture.log.Count("message.lease_lost") == 1);
}

TEST_CASE("Messages that cannot be sent do not block other messages") {
  DispatchFixture fixture;
  std::vector<MessageId> poison;
  for (int i = 0; i < 50; ++i) poison.push_back(fixture.Post(i % 2 == 0 ? "unknown" : "poison"));
  std::vector<MessageId> good;
  for (int i = 0; i < 20; ++i) good.push_back(fixture.Post());
  fixture.first.decide = [&](const Email& email) {
    if (email.content.subject == "poison") return FakeEmailProvider::Refused(Kind::kRetry, "full");
    return fixture.first.Accepted();
  };
  fixture.Dispatch();
  for (const MessageId id : good) CHECK(fixture.Load(id).state == MessageState::kSent);
  for (const MessageId id : poison) CHECK(fixture.Load(id).state != MessageState::kSent);
}

TEST_CASE("A running dispatcher renews the lease of a waiting message") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  const auto sender = fixture.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  for (int i = 0; i < 10; ++i) {
    fixture.clock.Advance(fixture.policy.lease / 3);
    Must(sender->FlushAndClaim());
    CHECK(fixture.Dispatch({&fixture.second}) == 0);
  }
  CHECK(fixture.Load(id).attempts == 1);
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.second.sent.empty());
}

TEST_CASE("A message whose lease is about to expire is sent only after the lease is renewed") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  const auto sender = fixture.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  fixture.clock.Advance(fixture.policy.lease - absl::Seconds(1));
  CHECK_FALSE(sender->SendNext(0));
  CHECK(fixture.first.sent.empty());
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.first.sent.size() == 1);
}

TEST_CASE("A dispatcher that lost the lease of a message does not send the message") {
  DispatchFixture fixture;
  fixture.Post("verify_email");
  const auto sender = fixture.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  fixture.clock.Advance(fixture.policy.lease);
  CHECK(fixture.Dispatch({&fixture.first}) == 1);
  CHECK(fixture.first.sent.size() == 1);
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
  CHECK(fixture.log.Count("message.lease_lost") == 1);
}

TEST_CASE("A dispatcher that stops releases its unsent messages without counting an attempt") {
  DispatchFixture fixture;
  std::vector<MessageId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(fixture.Post());
  const auto sender = fixture.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  CHECK(sender->SendNext(0));
  sender->Stop();
  CHECK_FALSE(sender->SendNext(0));
  Must(sender->Close());
  CHECK(fixture.Load(ids[0]).state == MessageState::kSent);
  for (const MessageId id : {ids[1], ids[2]}) {
    CHECK(fixture.Load(id).state == MessageState::kQueued);
    CHECK(fixture.Load(id).attempts == 0);
    CHECK(fixture.Load(id).pinned_provider.empty());
  }
  CHECK(fixture.Dispatch() == 2);
  CHECK(fixture.Load(ids[2]).attempts == 1);
}

TEST_CASE("A dispatcher that stops releases the messages of a failed provider instead of rerouting them") {
  DispatchFixture fixture;
  const MessageId failed = fixture.Post();
  const MessageId waiting = fixture.Post();
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kConfig)};
  const auto sender = fixture.Sender();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  CHECK(sender->SendNext(0));
  sender->Stop();
  Must(sender->Close());
  for (const MessageId id : {failed, waiting}) {
    CHECK(fixture.Load(id).state == MessageState::kQueued);
    CHECK(fixture.Load(id).attempts == 0);
    CHECK(fixture.Load(id).pinned_provider.empty());
  }
}

TEST_CASE("After the store was unavailable, the next flush saves the outcomes of messages") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  FailingStore store(fixture.store);
  DispatchMessages sender({store, fixture.clock, fixture.entropy, fixture.log, fixture.renderer},
                          {&fixture.first}, fixture.policy);
  Must(sender.FlushAndClaim()), Must(sender.FlushAndClaim());
  CHECK(sender.SendNext(0));
  store.failure = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(sender.FlushAndClaim().status()));
  CHECK(absl::IsUnavailable(sender.FlushAndClaim().status()));
  store.failure = absl::OkStatus();
  Must(sender.FlushAndClaim());
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.first.sent.size() == 1);
}

TEST_CASE("A dispatcher claims no more messages than its provider has capacity for") {
  DispatchFixture fixture;
  for (int i = 0; i < 2 * fixture.policy.concurrency + 1; ++i) fixture.Post();
  const auto sender = fixture.Sender();
  Must(sender->FlushAndClaim());
  CHECK(fixture.CountDue() == 1);
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == static_cast<std::size_t>(2 * fixture.policy.concurrency + 1));
}

TEST_CASE("The verification e-mail that a registration queued is sent, and its token is valid") {
  DispatchFixture fixture;
  fixture.Ada();
  const std::string token = fixture.Outbox().at(0).variables.at("token");
  CHECK(fixture.Dispatch() == 1);
  CHECK(fixture.first.sent.at(0).to == "ada@example.com");
  CHECK(fixture.first.sent.at(0).content.text.find(token) != std::string::npos);
  CHECK(fixture.Verify(token).ok());
  CHECK(fixture.Dispatch() == 1);
  CHECK(fixture.first.sent.at(1).content.subject == "welcome");
}

}  // namespace
}  // namespace keelson
