#include <catch2/catch.hpp>

#include "tests/core/notifications/post_office.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// A sender that dies at a moment of its work.
struct Killed {};

TEST_CASE("While one sender has a message, another does not take it") {
  PostOffice office;
  office.Post();
  office.first.on_send = [&](const Email&) { CHECK(office.Dispatch({&office.second}) == 0); };
  CHECK(office.Dispatch({&office.first}) == 1);
  CHECK(office.second.sent.empty());
}

TEST_CASE("A message whose sender was killed is sent by another once the lease has run out") {
  PostOffice office;
  const MessageId id = office.Post();
  office.first.on_send = [](const Email&) { throw Killed(); };
  CHECK_THROWS_AS(office.Dispatch(), Killed);
  CHECK(office.Now(id).state == MessageState::kSending);
  office.clock.Advance(office.policy.lease - absl::Microseconds(1));
  CHECK(office.Dispatch({&office.second}) == 0);
  office.clock.Advance(absl::Microseconds(1));
  CHECK(office.Dispatch({&office.second}) == 1);
  CHECK(office.Now(id).state == MessageState::kSent);
  CHECK(office.Now(id).attempts == 2);
  CHECK(office.first.sent[0].content == office.second.sent[0].content);
}

TEST_CASE("A message that kills every sender is given up after the last of its attempts") {
  PostOffice office;
  office.policy.max_attempts = 3;
  const MessageId id = office.Post();
  office.first.on_send = [](const Email&) { throw Killed(); };
  for (int attempt = 1; attempt <= 3; ++attempt) {
    CHECK_THROWS_AS(office.Dispatch(), Killed);
    office.clock.Advance(office.policy.lease);
  }
  CHECK(office.Dispatch() == 1);
  CHECK(office.Now(id).state == MessageState::kDead);
  CHECK(office.first.sent.size() == 3);
}

TEST_CASE("A sender that lost its lease writes nothing over the outcome of the one that took over") {
  PostOffice office;
  const MessageId id = office.Post();
  office.first.on_send = [&](const Email&) {
    office.clock.Advance(office.policy.lease);
    CHECK(office.Dispatch({&office.second}) == 1);
    office.NewEvents();
  };
  office.first.script = {FakeEmailProvider::Refused(Kind::kMessageRejected)};
  CHECK(office.Dispatch({&office.first}) == 1);
  CHECK(office.Now(id).state == MessageState::kSent);
  CHECK(office.Now(id).provider == "second");
  CHECK(office.NewEvents().empty());
  CHECK(office.log.Count("message.lease_lost") == 1);
}

TEST_CASE("A message whose turn comes too late in its batch is given back, and no attempt is counted") {
  PostOffice office;
  const MessageId slow = office.Post();
  const MessageId late = office.Post();
  office.first.on_send = [&](const Email&) {
    office.clock.Advance(office.policy.lease - office.policy.timeout + absl::Microseconds(1));
  };
  CHECK(office.Dispatch() == 2);
  CHECK(office.Now(slow).state == MessageState::kSent);
  CHECK(office.Now(late).state == MessageState::kQueued);
  CHECK(office.Now(late).attempts == 0);
  CHECK(office.Now(late).variables == TemplateVariables{{"token", "secret"}});
  office.first.on_send = nullptr;
  CHECK(office.Dispatch() == 1);
  CHECK(office.Now(late).state == MessageState::kSent);
}

TEST_CASE("Messages that nobody can send don't hold up the others") {
  PostOffice office;
  std::vector<MessageId> poison;
  for (int i = 0; i < 50; ++i) poison.push_back(office.Post(i % 2 == 0 ? "unknown" : "poison"));
  std::vector<MessageId> good;
  for (int i = 0; i < 20; ++i) good.push_back(office.Post());
  office.first.decide = [&](const Email& email) {
    if (email.content.subject == "poison") return FakeEmailProvider::Refused(Kind::kUnknown, "timeout");
    return office.first.Accepted();
  };
  int batches = 0;
  while (office.Dispatch() > 0 && batches < 10) ++batches;
  for (const MessageId id : good) CHECK(office.Now(id).state == MessageState::kSent);
  // 70 messages fit into three batches; what failed is due later, behind the rest.
  for (const MessageId id : poison) CHECK(office.Now(id).state != MessageState::kSent);
}

TEST_CASE("A batch takes no more messages than its bound") {
  PostOffice office;
  for (int i = 0; i < DispatchMessages::kBatch + 1; ++i) office.Post();
  CHECK(office.Dispatch() == DispatchMessages::kBatch);
  CHECK(office.Dispatch() == 1);
  CHECK(office.Dispatch() == 0);
}

TEST_CASE("What was queued with a registration is what is sent") {
  PostOffice office;
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
