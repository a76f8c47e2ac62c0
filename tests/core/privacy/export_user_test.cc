#include "core/privacy/export_user.h"

#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

std::string ExportOf(World& world, UserId id) {
  return Must(ExportUser(world.store).Handle(world.context, id.ToString()));
}

std::size_t Occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_CASE("the export of a new user has every member, without password hashes and tokens") {
  World world;
  RegisterUserCommand command = Registration();
  command.labels = {{"plan", R"(a "b")"}, {"token", "of gold"}};
  const User user = Must(world.Register(command)).value();
  const Message message = world.Outbox()[0];
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", world.clock.Now(), absl::UTCTimeZone());
  const std::string expires =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", *message.expire_time, absl::UTCTimeZone());
  const std::string id = user->id.ToString();
  const auto event = [&](int sequence, std::string_view type, std::string_view subject,
                         std::string_view payload) {
    return StrCat(R"({"sequence":)", sequence, R"(,"type":")", type, R"(","subject":")", subject,
                  R"(","user_id":")", id, R"(","actor":"web","correlation_id":"corr-1","create_time":")",
                  time, R"(","payload":)", payload, "}");
  };
  CHECK(
      ExportOf(world, user->id) ==
      StrCat(
          R"({"user":{"id":")", id, R"(","email":"ada@example.com","display_name":"Ada","locale":"de",)",
          R"("state":"ACTIVE","labels":{"plan":"a \"b\"","token":"of gold"},"create_time":")", time,
          R"(","update_time":")", time, R"(","version":1},"sessions":[],"orders":[],"refunds":[],)",
          R"("messages":[{"id":")", message.id.ToString(),
          R"(","state":"QUEUED","template_name":"verify_email","locale":"de","recipient":"ada@example.com",)",
          R"("user_id":")", id,
          R"(","variables":{"display_name":"Ada","expire_hours":"24"},"subject":"","language":"",)",
          R"("attempts":0,"due_time":")", time, R"(","expire_time":")", expires,
          R"(","provider":"","provider_message_id":"","pinned_provider":"","last_error":"",)",
          R"("traceparent":"00-trace","create_time":")", time, R"("}],"events":[)",
          event(1, "user.registered", id, "{}"), ",",
          event(2, "message.queued", message.id.ToString(), R"({"template":"verify_email"})"), "]}"));
}

TEST_CASE("the export has the sessions, orders with lines, refunds and events of this user alone") {
  SessionWorld world;
  const IssuedSession session = world.SignedIn();
  const Order order = world.Delivered({LineOf(3, 1000), LineOf(1, 250)});
  const Refund refund = Must(world.Refunded(order, Units("1", 2)));
  const User bob = Must(world.Register(Registration("bob@example.com"))).value();
  const std::string json = ExportOf(world, world.Ada()->id);
  CHECK(Occurrences(json, session.session->id.ToString()) == 2);  // the session and its event
  CHECK(Occurrences(json, R"("user_agent":)") == 1);
  CHECK(Occurrences(json, R"("sku":"sku","title":"A thing","quantity":3,"unit_price":1000)") == 1);
  CHECK(Occurrences(json, StrCat(R"("id":")", refund->id.ToString())) == 1);
  CHECK(Occurrences(json, R"("lines":[{"index":0,"quantity":2,"amount":)") == 1);
  CHECK(Occurrences(json, R"("reason":"DEFECTIVE","note":"broken")") == 1);
  CHECK(Occurrences(json, R"("scope":"LINES","labels":{})") == 1);
  CHECK(Occurrences(json, R"("refund_status":"NOT_REFUNDED")") == 1);
  CHECK(Occurrences(json, "bob@example.com") == 0);
  CHECK(Occurrences(json, bob->id.ToString()) == 0);
  for (const std::string_view secret :
       {std::string_view("digest"), std::string_view("salt"), std::string_view("refresh_key"),
        std::string_view("\"token\""), std::string_view("body_"), std::string_view("hash")}) {
    CAPTURE(secret);
    CHECK(Occurrences(json, secret) == 0);
  }
}

TEST_CASE("the export reads lists of any length") {
  World world;
  for (int i = 0; i < 101; ++i) world.Pending();
  CHECK(Occurrences(ExportOf(world, world.Ada()->id), R"("type":"order.created")") == 101);
  CHECK(Occurrences(ExportOf(world, world.Ada()->id), R"("currency":"EUR")") == 101);
}

TEST_CASE("the export of an erased user has only what remains") {
  World world;
  world.Pending();
  Must(world.Erase(world.Ada()).status());
  const std::string json = ExportOf(world, world.Ada()->id);
  CHECK(Occurrences(json, R"("email":"","display_name":"","locale":"","state":"ERASED","labels":{})") == 1);
  CHECK(Occurrences(json, R"("currency":"EUR")") == 1);
  CHECK(Occurrences(json, R"("messages":[],)") == 1);
  CHECK(Occurrences(json, "user.erased") == 1);
}

TEST_CASE("an export that exceeds the limit fails with EXPORT_TOO_LARGE") {
  World world;
  const std::size_t size = ExportOf(world, world.Ada()->id).size();
  const std::string id = world.Ada()->id.ToString();
  CHECK(ReasonOf(ExportUser(world.store, size).Handle(world.context, id)) == "OK");
  const auto refused = ExportUser(world.store, size / 2).Handle(world.context, id);
  CHECK(ReasonOf(refused) == "EXPORT_TOO_LARGE");
  CHECK(Fact(refused, "limit_bytes") == StrCat(size / 2));
}

TEST_CASE("an export of an invalid or unknown id fails") {
  World world;
  ExportUser export_user(world.store);
  CHECK(BadFields(export_user.Handle(world.context, "ada")) == Fields{"id"});
  CHECK(ReasonOf(export_user.Handle(world.context, "user_01h455vb4pex5vsknk084sn02q")) == "USER_NOT_FOUND");
}

}  // namespace
}  // namespace keelson
