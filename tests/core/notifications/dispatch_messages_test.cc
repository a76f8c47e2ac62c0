#include "core/notifications/dispatch_messages.h"

#include <catch2/catch.hpp>

#include "tests/core/notifications/dispatch_fixture.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

TEST_CASE("A message that a provider accepts is marked SENT; body and variables are erased") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  const absl::Time posted = fixture.clock.Now();
  fixture.clock.Advance(absl::Seconds(5));
  CHECK(fixture.Dispatch() == 1);

  REQUIRE(fixture.first.sent.size() == 1);
  const Email& email = fixture.first.sent[0];
  CHECK(email.id == id);
  CHECK(email.from == "Keelson <no-reply@example.com>");
  CHECK(email.to == "ada@example.com");
  CHECK(email.content == RenderedMessage{"welcome", "token=secret", "<pre>token=secret</pre>", "de"});
  CHECK(email.date == posted);
  CHECK(fixture.first.deadlines[0] <= Deadline::After(fixture.policy.timeout));
  CHECK(fixture.first.deadlines[0] > Deadline::After(fixture.policy.timeout / 2));
  CHECK(fixture.second.sent.empty());

  const Message sent = fixture.Load(id);
  CHECK(sent.state == MessageState::kSent);
  CHECK(sent.variables.empty());
  CHECK(sent.content == RenderedMessage{"welcome", "", "", "de"});
  CHECK(sent.end_time == fixture.clock.Now());
  CHECK(sent.pinned_provider.empty());
  CHECK_FALSE(sent.pin_time.has_value());
  CHECK(sent.attempts == 1);
  CHECK(sent.provider == "first");
  CHECK(sent.provider_message_id == "first-reference");
  CHECK(sent.send_time == fixture.clock.Now());
  CHECK(sent.last_error.empty());
  CHECK(fixture.NewEvents() == Fields{"message.sent"});
  CHECK(fixture.Events().back().subject == id.ToString());
  CHECK(fixture.Events().back().payload == R"({"template":"welcome","provider":"first"})");
  CHECK(fixture.Dispatch() == 0);
  CHECK(fixture.first.sent.size() == 1);
}

TEST_CASE("Polling an empty outbox writes nothing") {
  DispatchFixture fixture;
  CHECK(fixture.Dispatch() == 0);
  CHECK(fixture.Events().empty());
}

TEST_CASE("A deferred message is retried after an exponential backoff with full jitter") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  absl::Duration ceiling = fixture.policy.base_delay;
  for (int attempt = 1; attempt <= 6; ++attempt) {
    fixture.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "timeout")};
    CHECK(fixture.Dispatch() == 1);
    const Message waiting = fixture.Load(id);
    CHECK(waiting.state == MessageState::kQueued);
    CHECK(waiting.attempts == attempt);
    CHECK(waiting.last_error == "timeout");
    CHECK(waiting.variables == TemplateVariables{{"token", "secret"}});
    CHECK(waiting.due_time >= fixture.clock.Now());
    CHECK(waiting.due_time < fixture.clock.Now() + ceiling);
    if (waiting.due_time > fixture.clock.Now()) CHECK(fixture.Dispatch() == 0);
    ceiling = std::min(2 * ceiling, fixture.policy.max_delay);
    fixture.WaitFor(id);
  }
  CHECK(fixture.NewEvents().empty());
  CHECK(fixture.Dispatch() == 1);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.Load(id).last_error.empty());
  for (const Email& email : fixture.first.sent) {
    CHECK(email.id == id);
    CHECK(email.content == fixture.first.sent[0].content);
    CHECK(email.date == fixture.first.sent[0].date);
  }
}

TEST_CASE("A rejected message becomes DEAD without another attempt") {
  for (const Kind kind : {Kind::kRecipientRejected, Kind::kMessageRejected}) {
    DispatchFixture fixture;
    const MessageId id = fixture.Post();
    fixture.first.script = {FakeEmailProvider::Refused(kind, "550 no such mailbox")};
    CHECK(fixture.Dispatch() == 1);
    const Message dead = fixture.Load(id);
    CHECK(dead.state == MessageState::kDead);
    CHECK(dead.last_error == "550 no such mailbox");
    // A DEAD message keeps its body and variables, so that it can be retried.
    CHECK(dead.variables == TemplateVariables{{"token", "secret"}});
    CHECK(dead.content.text == "token=secret");
    CHECK(dead.end_time == fixture.clock.Now());
    CHECK_FALSE(dead.send_time.has_value());
    CHECK(fixture.NewEvents() == Fields{"message.dead"});
    CHECK(fixture.log.Count("message.dead") == 1);
    fixture.clock.Advance(absl::Hours(1000));
    CHECK(fixture.Dispatch() == 0);
  }
}

TEST_CASE("A message becomes DEAD after max_attempts attempts") {
  DispatchFixture fixture;
  fixture.policy.max_attempts = 3;
  const MessageId id = fixture.Post();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    CHECK(fixture.Load(id).state == MessageState::kQueued);
    fixture.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "busy")};
    CHECK(fixture.Dispatch() == 1);
    fixture.WaitFor(id);
  }
  CHECK(fixture.Load(id).state == MessageState::kDead);
  CHECK(fixture.Load(id).attempts == 3);
  CHECK(fixture.first.sent.size() == 3);
  CHECK(fixture.NewEvents() == Fields{"message.dead"});
}

TEST_CASE("A message that has expired is not sent") {
  DispatchFixture fixture;
  const MessageId expired = fixture.Post("verify_email", fixture.clock.Now() + absl::Hours(1));
  const MessageId good =
      fixture.Post("verify_email", fixture.clock.Now() + absl::Hours(1) + absl::Microseconds(1));
  fixture.clock.Advance(absl::Hours(1));
  CHECK(fixture.Dispatch() == 2);
  CHECK(fixture.Load(expired).state == MessageState::kCancelled);
  CHECK(fixture.Load(expired).variables.empty());
  CHECK_FALSE(fixture.Load(expired).last_error.empty());
  CHECK(fixture.Load(good).state == MessageState::kSent);
  REQUIRE(fixture.first.sent.size() == 1);
  CHECK(fixture.first.sent[0].id == good);
  CHECK(fixture.NewEvents() == Fields{"message.cancelled", "message.sent"});
}

TEST_CASE("A message that cannot be rendered becomes DEAD and is not sent") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post("unknown");
  CHECK(fixture.Dispatch() == 1);
  CHECK(fixture.Load(id).state == MessageState::kDead);
  CHECK(fixture.Load(id).last_error == "there is no such template");
  CHECK(fixture.first.sent.empty());
}

TEST_CASE("Every attempt sends the bytes of the first rendering, even if the templates have changed") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kRetry, "busy")};
  fixture.Dispatch();
  CHECK(fixture.Load(id).content.text == "token=secret");
  fixture.renderer.prefix = "changed ";
  fixture.WaitFor(id);
  fixture.Dispatch();
  REQUIRE(fixture.first.sent.size() == 2);
  CHECK(fixture.first.sent[1].content == fixture.first.sent[0].content);
}

TEST_CASE("A provider's error is truncated to at most 500 bytes, without cutting a character") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  std::string words = "x";
  for (int i = 0; i < 1000; ++i) words += "\xe2\x82\xac";
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kRetry, words)};
  fixture.Dispatch();
  const std::string kept = fixture.Load(id).last_error;
  CHECK(kept.size() <= 500);
  CHECK(kept.size() > 490);
  CHECK(IsValidUtf8(kept));
}

}  // namespace
}  // namespace keelson
