#include "core/notifications/send_test_message.h"

#include <catch2/catch.hpp>

#include "tests/core/world.h"

namespace keelson {
namespace {

struct Sender : World {
  absl::StatusOr<Message> Send(const std::string& to, const std::string& provider = "") {
    return SendTestMessage(store, clock, ids, {"smtp", "file"}).Handle(context, {to, provider});
  }
};

TEST_CASE("A test message to any address has no user and may be sent by any provider") {
  Sender sender;
  const Message sent = Must(sender.Send(" Ops@Example.com "));
  Message expected;
  expected.id = sent.id;
  expected.template_name = "test_message";
  expected.locale = "en";
  expected.to = "Ops@Example.com";
  expected.to_key = "ops@example.com";
  expected.variables = {
      {"display_name", ""},
      {"provider", "smtp, file"},
      {"time", absl::FormatTime("%Y-%m-%d %H:%M UTC", sender.clock.Now(), absl::UTCTimeZone())}};
  expected.due_time = expected.create_time = sender.clock.Now();
  expected.traceparent = "00-trace";
  CHECK(sent == expected);
  CHECK(sender.Load(sent.id) == expected);
  const Event event = sender.Events().back();
  CHECK(event.type == "message.queued");
  CHECK(event.subject == sent.id.ToString());
  CHECK(event.user_id.is_nil());
  CHECK(event.actor == "web");
  CHECK(event.payload == R"({"template":"test_message"})");
}

TEST_CASE("A test message for one provider is restricted to that provider") {
  Sender sender;
  const Message sent = Must(sender.Send("ops@example.com", "file"));
  CHECK(sent.pinned_provider == "file");
  CHECK_FALSE(sent.pin_time.has_value());
  CHECK(sent.variables.at("provider") == "file");
}

TEST_CASE("SendTestMessage reports every invalid field and queues nothing") {
  Sender sender;
  const absl::StatusOr<Message> refused = sender.Send("nobody", "pigeon");
  CHECK(BadFields(refused) == Fields{"to", "provider"});
  CHECK(Details(refused).fields.at(1).description == "must be a configured provider: smtp, file");
  CHECK(BadFields(sender.Send("")) == Fields{"to"});
  CHECK(sender.Outbox().empty());
  CHECK(sender.Events().empty());
}

}  // namespace
}  // namespace keelson
