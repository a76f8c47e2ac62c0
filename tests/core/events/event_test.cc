#include "core/events/event.h"

#include <catch2/catch.hpp>
#include <functional>

#include "absl/strings/escaping.h"
#include "tests/support/fake_clock.h"

namespace keelson {
namespace {

std::string HexOf(const Sha256Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string Json(EventPayload payload) {
  return std::move(payload).ToJson();
}

Event First() {
  Event event;
  event.sequence = 1;
  event.type = "user.registered";
  event.subject = "user_1";
  event.user_id = UserId(Uuid{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  event.actor = "web";
  event.correlation_id = "corr-1";
  event.create_time = absl::FromUnixSeconds(FakeClock::kStartSeconds);
  event.payload = R"({"locale":"de"})";
  return event;
}

Event Second() {
  Event event = First();
  event.sequence = 2;
  event.type = "user.email_verified";
  event.correlation_id = "corr-2";
  event.create_time += absl::Seconds(1);
  event.payload = "{}";
  return event;
}

// An independent program computed the expected hashes. They must never change, because stored chains must
// stay valid.
TEST_CASE("ChainedHash returns the hashes that an independent program computed for two chained events") {
  const Sha256Digest first = ChainedHash({}, First());
  CHECK(HexOf(first) == "5aa92ffd79dd09d3dac42b25c0c4c0ed9761c19cae21631ea14717418550e24b");
  CHECK(HexOf(ChainedHash(first, Second())) ==
        "e352fd459d484df5f266e3b8ac2869203702f62cee9a64df9e55806122bc2e93");
}

TEST_CASE("A change of any field of an event changes its hash") {
  const std::function<void(Event&)> changes[] = {
      [](Event& e) { ++e.sequence; },
      [](Event& e) { e.type = "user.registere"; },
      [](Event& e) { e.subject += "0"; },
      [](Event& e) { e.user_id = UserId(); },
      [](Event& e) { e.actor = "admin"; },
      [](Event& e) { e.correlation_id.clear(); },
      [](Event& e) { e.create_time += absl::Microseconds(1); },
      [](Event& e) { e.payload = R"({"locale":"en"})"; },
      // Moves bytes from one field to the next field.
      [](Event& e) { e.type = "user.registereduser_1", e.subject = ""; },
  };
  const Sha256Digest hash = ChainedHash({}, First());
  for (const auto& change : changes) {
    Event event = First();
    change(event);
    CHECK(ChainedHash({}, event) != hash);
  }
  Event rehashed = First();
  rehashed.hash = Sha256("anything");
  CHECK(ChainedHash({}, rehashed) == hash);
}

TEST_CASE("A changed, missing or moved event breaks the hash chain") {
  const Sha256Digest first = ChainedHash({}, First());
  const Sha256Digest second = ChainedHash(first, Second());
  Event changed = First();
  changed.actor = "admin";
  CHECK(ChainedHash(ChainedHash({}, changed), Second()) != second);
  CHECK(ChainedHash({}, Second()) != second);
  CHECK(ChainedHash(ChainedHash({}, Second()), First()) != second);
}

TEST_CASE("A payload is JSON with keys in the order of the Add calls") {
  CHECK(Json({}) == "{}");
  EventPayload payload;
  payload.Add("text", "value").Add("number", std::int64_t{-9'007'199'254'740'993});
  payload.Add("yes", true).Add("no", false);
  CHECK(Json(payload) == R"({"text":"value","number":-9007199254740993,"yes":true,"no":false})");
}

TEST_CASE("Text in a payload is escaped as JSON") {
  CHECK(Json(EventPayload().Add("a\"b", "c\"d\\e")) == R"({"a\"b":"c\"d\\e"})");
  CHECK(Json(EventPayload().Add("k", "\",\"admin\":true,\"x\":\"")) ==
        R"({"k":"\",\"admin\":true,\"x\":\""})");
  CHECK(Json(EventPayload().Add("k", std::string_view("\0\n\r\t\x1f\x7f", 6))) ==
        "{\"k\":\"\\u0000\\u000a\\u000d\\u0009\\u001f\x7f\"}");
  CHECK(Json(EventPayload().Add("k", "Zo\xc3\xab \xf0\x9f\x98\x80")) ==
        "{\"k\":\"Zo\xc3\xab \xf0\x9f\x98\x80\"}");
}

TEST_CASE("An event records the actor, the type, the subject, the user, the time and the correlation id") {
  const CallContext context{"web", "corr-1", "", Deadline::Never()};
  const absl::Time now = FakeClock().Now();
  const Event event = MakeEvent("order.paid", "order_1", UserId(Uuid{7}), context, now);
  CHECK(event.type == "order.paid");
  CHECK(event.subject == "order_1");
  CHECK(event.user_id == UserId(Uuid{7}));
  CHECK(event.actor == "web");
  CHECK(event.correlation_id == "corr-1");
  CHECK(event.create_time == now);
  CHECK(event.payload == "{}");
}

}  // namespace
}  // namespace keelson
