#include "core/notifications/message_steps.h"

#include <catch2/catch.hpp>

#include "tests/core/notifications/mailbox.h"

namespace keelson {
namespace {

using enum MessageState;
using Types = std::vector<std::string>;

TEST_CASE("RetryMessage moves a DEAD message to QUEUED, makes it due immediately and resets its attempts") {
  Mailbox box;
  Message expected = box.Post(kDead);
  box.clock.Advance(absl::Hours(3));
  const Message retried = Must(box.Retry(expected.id.ToString()));
  expected.state = kQueued;
  expected.attempts = 0;
  expected.due_time = box.clock.Now();
  expected.end_time.reset();
  CHECK(retried == expected);
  CHECK(retried.last_error == "550 no");
  CHECK(retried.content.text == "Text");
  CHECK(box.Load(expected.id) == expected);
  const Event event = box.Events().back();
  CHECK(event.type == "message.retried");
  CHECK(event.subject == expected.id.ToString());
  CHECK(event.user_id == expected.user_id);
  CHECK(event.actor == "web");
  CHECK(event.payload == R"({"template":"welcome"})");
}

TEST_CASE("RetryMessage removes the pin of a message to a provider") {
  Mailbox box;
  const Message dead = box.Post(kDead, [&](Message& m) {
    m.pinned_provider = "smtp";
    m.pin_time = box.clock.Now();
  });
  const Message retried = Must(box.Retry(dead.id.ToString()));
  CHECK(retried.pinned_provider.empty());
  CHECK_FALSE(retried.pin_time.has_value());
}

TEST_CASE("RetryMessage rejects a message that is not DEAD") {
  for (const MessageState state : {kQueued, kSending, kSent, kCancelled}) {
    Mailbox box;
    const Message message = box.Post(state);
    const absl::StatusOr<Message> retried = box.Retry(message.id.ToString());
    CHECK(ReasonOf(retried) == "MESSAGE_STATE");
    CHECK(Fact(retried, "state") == MessageStateName(state));
    CHECK(Fact(retried, "expected") == "DEAD");
    CHECK(box.Load(message.id) == message);
    CHECK(box.NewEvents().empty());
  }
}

TEST_CASE("RetryMessage rejects an expired message") {
  Mailbox box;
  const Message dead = box.Post(kDead, [&](Message& m) { m.expire_time = box.clock.Now() + absl::Hours(1); });
  box.clock.Advance(absl::Hours(1));
  const absl::StatusOr<Message> late = box.Retry(dead.id.ToString());
  CHECK(ReasonOf(late) == "MESSAGE_STATE");
  CHECK(Fact(late, "state") == "DEAD");
  CHECK(late.status().message().find("expired") != std::string::npos);
  CHECK(box.Load(dead.id) == dead);
  box.clock.Advance(-absl::Microseconds(1));
  CHECK(Must(box.Retry(dead.id.ToString())).state == kQueued);
}

TEST_CASE("A queued or dead message is cancelled, and its body and variables are erased") {
  for (const MessageState state : {kQueued, kDead}) {
    Mailbox box;
    Message expected = box.Post(state);
    box.clock.Advance(absl::Hours(3));
    const Message cancelled = Must(box.CancelMail(expected.id.ToString()));
    EndMessage(expected, kCancelled, box.clock.Now());
    CHECK(cancelled == expected);
    CHECK(box.Load(expected.id) == expected);
    CHECK(cancelled.variables.empty());
    CHECK(cancelled.content == RenderedMessage{"Hallo", "", "", "de"});
    CHECK(box.NewEvents() == Types{"message.cancelled"});
    CHECK(box.Events().back().payload == R"({"template":"welcome"})");
    CHECK(ReasonOf(box.Retry(expected.id.ToString())) == "MESSAGE_STATE");
  }
}

TEST_CASE("CancelMessage rejects a message that is SENDING, SENT or CANCELLED") {
  for (const MessageState state : {kSending, kSent, kCancelled}) {
    Mailbox box;
    const Message message = box.Post(state);
    const absl::StatusOr<Message> cancelled = box.CancelMail(message.id.ToString());
    CHECK(ReasonOf(cancelled) == "MESSAGE_STATE");
    CHECK(Fact(cancelled, "state") == MessageStateName(state));
    CHECK(Fact(cancelled, "expected") == "QUEUED or DEAD");
    CHECK(box.Load(message.id) == message);
    CHECK(box.NewEvents().empty());
  }
}

TEST_CASE("Retrying or cancelling an unknown message fails with MESSAGE_NOT_FOUND") {
  Mailbox box;
  const std::string nobodys = box.ids.Next<MessageKind>().ToString();
  CHECK(ReasonOf(box.Retry(nobodys)) == "MESSAGE_NOT_FOUND");
  CHECK(ReasonOf(box.CancelMail(nobodys)) == "MESSAGE_NOT_FOUND");
  for (const std::string& id : {std::string(), box.ids.Next<UserKind>().ToString()}) {
    CHECK(BadFields(box.Retry(id)) == Fields{"id"});
    CHECK(BadFields(box.CancelMail(id)) == Fields{"id"});
  }
}

}  // namespace
}  // namespace keelson
