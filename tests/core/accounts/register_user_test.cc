#include "core/accounts/register_user.h"

#include <catch2/catch.hpp>
#include <thread>

#include "core/store/idempotency_repository.h"
#include "core/store/idempotent_execution.h"
#include "core/store/store.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

TEST_CASE("Registration stores the user, its event and its verification e-mail in one transaction") {
  World world;
  RegisterUserCommand command = Registration("  Ada@Example.com ");
  command.labels = {{"plan", "free"}};
  const std::optional<User> user = Must(world.Register(command));
  REQUIRE(user.has_value());
  CHECK((*user)->email == "Ada@Example.com");
  CHECK((*user)->display_name == "Ada");
  CHECK((*user)->locale == "de");
  CHECK((*user)->labels == Labels{{"plan", "free"}});
  CHECK((*user)->create_time == world.clock.Now());
  CHECK(world.Load((*user)->id).fields() == user->fields());
  CHECK(world.NewEvents() == Fields{"user.registered", "message.queued"});

  const std::vector<Message> outbox = world.Outbox();
  REQUIRE(outbox.size() == 1);
  CHECK(outbox[0].template_name == "verify_email");
  CHECK(outbox[0].to == "Ada@Example.com");
  CHECK(outbox[0].locale == "de");
  CHECK(outbox[0].user_id == (*user)->id);
  CHECK(outbox[0].traceparent == "00-trace");
  CHECK(outbox[0].expire_time == world.clock.Now() + world.accounts.verification_ttl);
  CHECK(outbox[0].variables.at("display_name") == "Ada");
  CHECK(outbox[0].variables.at("expire_hours") == "24");
  // 256 bits in base64url.
  CHECK(outbox[0].variables.at("token").size() == 43);
  CHECK(world.Verify(outbox[0].variables.at("token")).ok());
}

TEST_CASE("The event of a registration names the caller and contains no address and no token") {
  World world;
  world.Ada();
  const std::vector<Event> events = world.Events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].actor == "web");
  CHECK(events[0].correlation_id == "corr-1");
  CHECK(events[0].subject == world.Ada()->id.ToString());
  CHECK(events[0].payload == "{}");
  CHECK(events[1].payload == R"({"template":"verify_email"})");
}

TEST_CASE("The default locale is English, and the display name is trimmed") {
  World world;
  RegisterUserCommand command = Registration();
  command.locale = "";
  command.display_name =
      " \xe3\x80\x80"
      "Ada ";
  const std::optional<User> user = Must(world.Register(command));
  CHECK((*user)->locale == "en");
  CHECK((*user)->display_name == "Ada");
}

TEST_CASE(
    "An invalid registration reports every invalid field, computes no password hash and stores nothing") {
  World world;
  RegisterUserCommand command;
  command.request_id = std::string(129, 'x');
  command.email = "nobody";
  command.password = Secret("short");
  command.display_name = std::string(201, 'x');
  command.locale = "not a tag";
  command.labels = {{"", "value"}, {"key", std::string(513, 'v')}};
  const auto result = world.Register(command);
  CHECK(ReasonOf(result) == "FIELD_INVALID");
  CHECK(BadFields(result) == Fields{"request_id", "email", "password", "display_name", "locale",
                                    "labels[\"\"]", "labels[\"key\"]"});
  CHECK(world.hasher.hashes == 0);
  CHECK(world.Events().empty());
}

TEST_CASE("Registration rejects the user's own address or name as password") {
  World world;
  for (const std::string password : {"ADA@example.com", "Ada-Lovelace"}) {
    RegisterUserCommand command = Registration();
    command.display_name = " ada-lovelace ";
    command.password = Secret(password);
    CHECK(BadFields(world.Register(command)) == Fields{"password"});
  }
}

TEST_CASE("Error messages never contain the password") {
  World world;
  for (const std::string password : {"hunter2", "iloveyou", "secret\xff"}) {
    RegisterUserCommand command = Registration();
    command.password = Secret(password);
    const auto result = world.Register(command);
    CHECK(BadFields(result) == Fields{"password"});
    CHECK(result.status().ToString().find(password) == std::string::npos);
  }
}

TEST_CASE("A registration stores and mails the canonical form of the address") {
  for (const std::string written :
       {"\u200bgrace@example.com", "grace\u2060@example.com", "\uff47race@example.com",
        "grace@\uff45xample\u3002com", "gr\u00adace@example.com", "\u202egrace\u202c@example.com"}) {
    CAPTURE(written);
    World world;
    const std::optional<User> user = Must(world.Register(Registration(written)));
    CHECK((*user)->email == "grace@example.com");
    CHECK(world.Outbox().at(0).to == "grace@example.com");
    CHECK(world.Outbox().at(0).to_key == "grace@example.com");
    CHECK(ReasonOf(world.Register(Registration("grace@example.com"))) == "EMAIL_TAKEN");
  }
}

TEST_CASE("Two addresses that had the same key in earlier versions can both be registered") {
  for (const auto& [first, second] : {std::pair("stra\u00dfe@example.com", "strasse@example.com"),
                                      std::pair("nikos\u03c3@example.com", "nikos\u03c2@example.com"),
                                      std::pair("\u0130rem@example.com", "irem@example.com")}) {
    CAPTURE(first);
    World world;
    CHECK(ReasonOf(world.Register(Registration(first))) == "OK");
    CHECK(ReasonOf(world.Register(Registration(second))) == "OK");
  }
}

TEST_CASE("An existing address is rejected before the password is hashed") {
  World world;
  world.Ada();
  world.NewEvents();
  const int hashes = world.hasher.hashes;
  for (const std::string email : {"ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com"}) {
    const auto result = world.Register(Registration(email));
    CHECK(ReasonOf(result) == "EMAIL_TAKEN");
    CHECK(Fact(result, "field") == "email");
  }
  CHECK(world.hasher.hashes == hashes);
  CHECK(world.NewEvents().empty());
  CHECK(world.Outbox().size() == 1);
}

TEST_CASE("A registration fails if another call registers the address while the password is hashed") {
  World world;
  FakePasswordHasher other_hasher;
  world.hasher.before_hash = [&] {
    VerificationMail verification(world.entropy, world.ids, world.accounts);
    RegisterUser faster(world.store, other_hasher, world.clock, world.ids, verification, world.counters,
                        world.accounts);
    Must(faster.Handle(world.context, Registration("ADA@example.com")).status());
  };
  CHECK(ReasonOf(world.Register(Registration("ada@example.com"))) == "EMAIL_TAKEN");
  CHECK(world.NewEvents() == Fields{"user.registered", "message.queued"});
}

TEST_CASE("Of concurrent registrations of one address, exactly one succeeds") {
  World world;
  std::atomic<int> made = 0;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const std::string reason = ReasonOf(world.Register(Registration()));
      made += reason == "OK" ? 1 : 0;
      taken += reason == "EMAIL_TAKEN" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(made == 1);
  CHECK(taken == 7);
  CHECK(world.Outbox().size() == 1);
}

TEST_CASE("A registration fails with OVERLOADED and stores nothing if the hasher's queue is full") {
  World world;
  world.hasher.failure = MakeError(Reason::kOverloaded, "too many wait");
  CHECK(ReasonOf(world.Register(Registration())) == "OVERLOADED");
  CHECK(world.Events().empty());
}

TEST_CASE(
    "A repeated registration returns the first response, computes no password hash and changes nothing") {
  World world;
  const std::optional<User> first = Must(world.Register(Registration("ada@example.com", "request-1")));
  world.NewEvents();
  world.clock.Advance(absl::Hours(1));
  const std::optional<User> again = Must(world.Register(Registration("ada@example.com", "request-1")));
  REQUIRE(again.has_value());
  CHECK(again->fields() == first->fields());
  CHECK(world.hasher.hashes == 1);
  CHECK(world.NewEvents().empty());
  CHECK(world.Outbox().size() == 1);
}

TEST_CASE(
    "Two concurrent registrations with the same request id create one user and return the same response") {
  World world;
  FakePasswordHasher other_hasher;
  std::optional<User> faster_result;
  world.hasher.before_hash = [&] {
    VerificationMail verification(world.entropy, world.ids, world.accounts);
    RegisterUser faster(world.store, other_hasher, world.clock, world.ids, verification, world.counters,
                        world.accounts);
    faster_result = Must(faster.Handle(world.context, Registration("ada@example.com", "request-1")));
  };
  const std::optional<User> result = Must(world.Register(Registration("ada@example.com", "request-1")));
  REQUIRE(faster_result.has_value());
  CHECK(result->fields() == faster_result->fields());
  CHECK(world.NewEvents() == Fields{"user.registered", "message.queued"});
}

TEST_CASE("A request id that is reused with other content is rejected") {
  World world;
  Must(world.Register(Registration("ada@example.com", "request-1")).status());
  RegisterUserCommand other = Registration("ada@example.com", "request-1");
  other.display_name = "Bob";
  CHECK(ReasonOf(world.Register(other)) == "REQUEST_ID_REUSED");
  CHECK(ReasonOf(world.Register(Registration("bob@example.com", "request-1"))) == "REQUEST_ID_REUSED");
  CHECK(world.hasher.hashes == 1);
  // Request ids of another caller are independent.
  world.context.actor = "shop";
  CHECK(ReasonOf(world.Register(Registration("bob@example.com", "request-1"))) == "OK");
}

TEST_CASE("A failed registration leaves its request id unused") {
  World world;
  world.Ada();
  CHECK(ReasonOf(world.Register(Registration("ada@example.com", "request-1"))) == "EMAIL_TAKEN");
  CHECK(ReasonOf(world.Register(Registration("bob@example.com", "request-1"))) == "OK");
}

TEST_CASE("The idempotency record of a registration contains neither the password nor its hash") {
  World world;
  const std::optional<User> first = Must(world.Register(Registration("ada@example.com", "request-1")));
  FieldWriter key;
  key(world.context.actor), key(std::string("RegisterUser")), key(std::string("request-1"));
  std::optional<IdempotencyRecord> record;
  Must(world.store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    record = Must(tx.idempotency().Find(FingerprintOf(key.Take())));
    return absl::OkStatus();
  }));
  REQUIRE(record.has_value());
  CHECK(record->answer.find(kPassword) == std::string::npos);
  CHECK(record->answer.find("$fake$") == std::string::npos);

  // The password is not part of the compared content, so that a call with another password returns the first
  // response.
  RegisterUserCommand other_password = Registration("ada@example.com", "request-1");
  other_password.password = Secret("another!pass#word");
  const std::optional<User> again = Must(world.Register(other_password));
  CHECK(again->fields() == first->fields());
}

TEST_CASE("A request id that is longer than 128 characters or not printable ASCII is rejected") {
  World world;
  for (const std::string& bad : {std::string(129, 'x'), std::string("a\nb"), std::string("\xc3\xa4"),
                                 std::string("\x7f"), std::string("a\0b", 3)}) {
    CHECK(BadFields(world.Register(Registration("ada@example.com", bad))) == Fields{"request_id"});
  }
  CHECK(ReasonOf(world.Register(Registration("ada@example.com", std::string(128, '~')))) == "OK");
}

}  // namespace
}  // namespace keelson
