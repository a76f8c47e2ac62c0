#include "core/notifications/dispatch_messages.h"

#include <catch2/catch.hpp>

#include "tests/core/notifications/dispatch_fixture.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

TEST_CASE("A message that a provider takes is sent, and what it held is scrubbed") {
  DispatchFixture office;
  const MessageId id = office.Post();
  const absl::Time posted = office.clock.Now();
  office.clock.Advance(absl::Seconds(5));
  CHECK(office.Dispatch() == 1);

  REQUIRE(office.first.sent.size() == 1);
  const Email& email = office.first.sent[0];
  CHECK(email.id == id);
  CHECK(email.from == "Keelson <no-reply@example.com>");
  CHECK(email.to == "ada@example.com");
  CHECK(email.content == RenderedMessage{"welcome", "token=secret", "<pre>token=secret</pre>", "de"});
  CHECK(email.date == posted);
  CHECK(office.first.deadlines[0] <= Deadline::After(office.policy.timeout));
  CHECK(office.first.deadlines[0] > Deadline::After(office.policy.timeout / 2));
  CHECK(office.second.sent.empty());

  const Message sent = office.Load(id);
  CHECK(sent.state == MessageState::kSent);
  CHECK(sent.variables.empty());
  CHECK(sent.content == RenderedMessage{"welcome", "", "", "de"});
  CHECK(sent.end_time == office.clock.Now());
  CHECK(sent.pinned_provider.empty());
  CHECK_FALSE(sent.pin_time.has_value());
  CHECK(sent.attempts == 1);
  CHECK(sent.provider == "first");
  CHECK(sent.provider_message_id == "first-reference");
  CHECK(sent.send_time == office.clock.Now());
  CHECK(sent.last_error.empty());
  CHECK(office.NewEvents() == Fields{"message.sent"});
  CHECK(office.Events().back().subject == id.ToString());
  CHECK(office.Events().back().payload == R"({"template":"welcome","provider":"first"})");
  CHECK(office.Dispatch() == 0);
  CHECK(office.first.sent.size() == 1);
}

TEST_CASE("An empty outbox costs no write") {
  DispatchFixture office;
  CHECK(office.Dispatch() == 0);
  CHECK(office.Events().empty());
}

TEST_CASE("A message that no provider takes now is tried again after a jittered, doubling delay") {
  DispatchFixture office;
  const MessageId id = office.Post();
  absl::Duration ceiling = office.policy.base_delay;
  for (int attempt = 1; attempt <= 6; ++attempt) {
    office.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "timeout")};
    CHECK(office.Dispatch() == 1);
    const Message waiting = office.Load(id);
    CHECK(waiting.state == MessageState::kQueued);
    CHECK(waiting.attempts == attempt);
    CHECK(waiting.last_error == "timeout");
    CHECK(waiting.variables == TemplateVariables{{"token", "secret"}});
    CHECK(waiting.due_time >= office.clock.Now());
    CHECK(waiting.due_time < office.clock.Now() + ceiling);
    if (waiting.due_time > office.clock.Now()) CHECK(office.Dispatch() == 0);
    ceiling = std::min(2 * ceiling, office.policy.max_delay);
    office.WaitFor(id);
  }
  CHECK(office.NewEvents().empty());
  CHECK(office.Dispatch() == 1);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.Load(id).last_error.empty());
  for (const Email& email : office.first.sent) {
    CHECK(email.id == id);
    CHECK(email.content == office.first.sent[0].content);
    CHECK(email.date == office.first.sent[0].date);
  }
}

TEST_CASE("A message that is rejected is dead at once") {
  for (const Kind kind : {Kind::kRecipientRejected, Kind::kMessageRejected}) {
    DispatchFixture office;
    const MessageId id = office.Post();
    office.first.script = {FakeEmailProvider::Refused(kind, "550 no such mailbox")};
    CHECK(office.Dispatch() == 1);
    const Message dead = office.Load(id);
    CHECK(dead.state == MessageState::kDead);
    CHECK(dead.last_error == "550 no such mailbox");
    // For a person who has it tried again.
    CHECK(dead.variables == TemplateVariables{{"token", "secret"}});
    CHECK(dead.content.text == "token=secret");
    CHECK(dead.end_time == office.clock.Now());
    CHECK_FALSE(dead.send_time.has_value());
    CHECK(office.NewEvents() == Fields{"message.dead"});
    CHECK(office.log.Count("message.dead") == 1);
    office.clock.Advance(absl::Hours(1000));
    CHECK(office.Dispatch() == 0);
  }
}

TEST_CASE("A message is dead after the last of its attempts") {
  DispatchFixture office;
  office.policy.max_attempts = 3;
  const MessageId id = office.Post();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    CHECK(office.Load(id).state == MessageState::kQueued);
    office.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "busy")};
    CHECK(office.Dispatch() == 1);
    office.WaitFor(id);
  }
  CHECK(office.Load(id).state == MessageState::kDead);
  CHECK(office.Load(id).attempts == 3);
  CHECK(office.first.sent.size() == 3);
  CHECK(office.NewEvents() == Fields{"message.dead"});
}

TEST_CASE("A message that has expired is not sent") {
  DispatchFixture office;
  const MessageId expired = office.Post("verify_email", office.clock.Now() + absl::Hours(1));
  const MessageId good =
      office.Post("verify_email", office.clock.Now() + absl::Hours(1) + absl::Microseconds(1));
  office.clock.Advance(absl::Hours(1));
  CHECK(office.Dispatch() == 2);
  CHECK(office.Load(expired).state == MessageState::kCancelled);
  CHECK(office.Load(expired).variables.empty());
  CHECK_FALSE(office.Load(expired).last_error.empty());
  CHECK(office.Load(good).state == MessageState::kSent);
  REQUIRE(office.first.sent.size() == 1);
  CHECK(office.first.sent[0].id == good);
  CHECK(office.NewEvents() == Fields{"message.cancelled", "message.sent"});
}

TEST_CASE("A message that can't be rendered is dead at once, and no provider sees it") {
  DispatchFixture office;
  const MessageId id = office.Post("unknown");
  CHECK(office.Dispatch() == 1);
  CHECK(office.Load(id).state == MessageState::kDead);
  CHECK(office.Load(id).last_error == "there is no such template");
  CHECK(office.first.sent.empty());
}

TEST_CASE(
    "A message has the bytes of its first rendering at every attempt, whatever became of the templates") {
  DispatchFixture office;
  const MessageId id = office.Post();
  office.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "busy")};
  office.Dispatch();
  CHECK(office.Load(id).content.text == "token=secret");
  office.renderer.prefix = "changed ";
  office.WaitFor(id);
  office.Dispatch();
  REQUIRE(office.first.sent.size() == 2);
  CHECK(office.first.sent[1].content == office.first.sent[0].content);
}

TEST_CASE("Of a provider's words no more than 500 bytes are kept, and never half a character") {
  DispatchFixture office;
  const MessageId id = office.Post();
  std::string words = "x";
  for (int i = 0; i < 1000; ++i) words += "\xe2\x82\xac";
  office.first.script = {FakeEmailProvider::Refused(Kind::kRetry, words)};
  office.Dispatch();
  const std::string kept = office.Load(id).last_error;
  CHECK(kept.size() <= 500);
  CHECK(kept.size() > 490);
  CHECK(IsValidUtf8(kept));
}

}  // namespace
}  // namespace keelson
