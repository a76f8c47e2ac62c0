#include "core/accounts/verify_email.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core/accounts/get_user.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

std::string NewestToken(World& world) {
  return world.NewestTokenIn("verify_email");
}

void SetState(World& world, UserState state) {
  UserFields fields = world.Load(world.Ada()->id).fields();
  fields.state = state;
  ++fields.version;
  world.Overwrite(fields);
}

UserFields WithAddress(const User& user, const std::string& email) {
  UserFields fields = user.fields();
  fields.email = fields.email_key = email;
  ++fields.version;
  return fields;
}

TEST_CASE("A token verifies the address that it was sent to, and the user gets a welcome e-mail") {
  World world;
  const User ada = world.Ada();
  const std::string token = NewestToken(world);
  world.NewEvents();
  world.clock.Advance(absl::Hours(1));
  const User verified = Must(world.Verify(token));
  CHECK(verified->id == ada->id);
  CHECK(verified->email_verify_time == world.clock.Now());
  CHECK(verified->version == ada->version + 1);
  CHECK(world.Load(ada->id).fields() == verified.fields());
  CHECK(world.NewEvents() == Fields{"user.email_verified", "message.queued"});
  CHECK(world.Queued() == Fields{"verify_email", "welcome"});
}

TEST_CASE("A repeated VerifyEmail returns the user and changes nothing until the token expires") {
  World world;
  const User ada = world.Ada();
  const std::string token = NewestToken(world);
  const User verified = Must(world.Verify(token));
  world.NewEvents();
  world.clock.Advance(world.accounts.verification_ttl - absl::Microseconds(1));
  CHECK(Must(world.Verify(token)).fields() == verified.fields());
  CHECK(world.Load(ada->id).fields() == verified.fields());
  CHECK(world.NewEvents().empty());
  CHECK(world.Queued() == Fields{"verify_email", "welcome"});
  world.clock.Advance(absl::Microseconds(1));
  CHECK(ReasonOf(world.Verify(token)) == "TOKEN_INVALID");
}

TEST_CASE("A token that was used before is rejected if the account has another address or is not ACTIVE") {
  World world;
  const User ada = world.Ada();
  const std::string token = NewestToken(world);
  const User verified = Must(world.Verify(token));
  world.Overwrite(WithAddress(verified, "new@example.com"));
  CHECK(ReasonOf(world.Verify(token)) == "TOKEN_INVALID");
  world.Overwrite(WithAddress(world.Load(ada->id), "ada@example.com"));
  CHECK(ReasonOf(world.Verify(token)) == "OK");
  SetState(world, UserState::kSuspended);
  CHECK(ReasonOf(world.Verify(token)) == "USER_STATE");
}

TEST_CASE("Eight concurrent calls with one token succeed, and record one event") {
  World world;
  world.Ada();
  const std::string token = NewestToken(world);
  world.NewEvents();
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { succeeded += ReasonOf(world.Verify(token)) == "OK" ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(succeeded == 8);
  CHECK(world.NewEvents() == Fields{"user.email_verified", "message.queued"});
}

TEST_CASE("White space around a token is ignored") {
  for (const auto& [before, after] :
       {std::pair("", "\n"), std::pair(" ", "\r\n"), std::pair("\t\u3000", "\u00a0")}) {
    World world;
    world.Ada();
    CHECK(ReasonOf(world.Verify(StrCat(before, NewestToken(world), after))) == "OK");
  }
  World world;
  CHECK(BadFields(world.Verify(" \n")) == Fields{"token"});
}

TEST_CASE("A token is valid until it expires") {
  World world;
  world.Ada();
  const std::string token = NewestToken(world);
  world.clock.Advance(world.accounts.verification_ttl);
  CHECK(ReasonOf(world.Verify(token)) == "TOKEN_INVALID");
  world.clock.Advance(-absl::Microseconds(1));
  CHECK(ReasonOf(world.Verify(token)) == "OK");
}

TEST_CASE("An unknown token is rejected") {
  World world;
  world.Ada();
  const std::string token = NewestToken(world);
  for (const std::string& wrong : {std::string("x"), token + "x", token.substr(1), token + " x",
                                   std::string(10'000, 'a'), std::string("\xff\0", 2)}) {
    const auto result = world.Verify(wrong);
    CHECK(ReasonOf(result) == "TOKEN_INVALID");
    CHECK(result.status().ToString().find(wrong + token) == std::string::npos);
  }
  const auto missing = world.Verify("");
  CHECK(ReasonOf(missing) == "FIELD_INVALID");
  CHECK(BadFields(missing) == Fields{"token"});
}

TEST_CASE("A newer token supersedes the older token and cancels the queued e-mail with the older token") {
  World world;
  world.Ada();
  const std::string older = NewestToken(world);
  const MessageId older_mail = world.Outbox().at(0).id;
  world.clock.Advance(absl::Minutes(2));
  Must(world.Resend("ada@example.com"));
  const std::string newer = NewestToken(world);
  CHECK(newer != older);
  CHECK(world.Queued() == Fields{"verify_email"});
  CHECK(world.Load(older_mail).state == MessageState::kCancelled);
  CHECK(world.Load(older_mail).variables.empty());
  CHECK(ReasonOf(world.Verify(older)) == "TOKEN_INVALID");
  CHECK(ReasonOf(world.Verify(newer)) == "OK");
}

TEST_CASE("Verification of an inactive account fails, and the token stays valid") {
  World world;
  const User ada = world.Ada();
  const std::string token = NewestToken(world);
  for (const UserState state : {UserState::kSuspended, UserState::kDeleted}) {
    SetState(world, state);
    const auto result = world.Verify(token);
    CHECK(ReasonOf(result) == "USER_STATE");
    CHECK(Fact(result, "state") == UserStateName(state));
    CHECK_FALSE(world.Load(ada->id)->email_verify_time.has_value());
  }
  SetState(world, UserState::kActive);
  CHECK(ReasonOf(world.Verify(token)) == "OK");
}

TEST_CASE("A token verifies only the address that it was sent to") {
  World world;
  const User ada = world.Ada();
  const std::string token = NewestToken(world);
  world.Overwrite(WithAddress(ada, "new@example.com"));
  CHECK(ReasonOf(world.Verify(token)) == "TOKEN_INVALID");
}

TEST_CASE("Verification e-mails are resent once per cooldown, for any spelling of the address") {
  World world;
  world.Ada();
  world.NewEvents();
  CHECK(ReasonOf(world.Resend("ada@example.com")) == "OK");
  CHECK(world.NewEvents() != Fields{});
  CHECK(ReasonOf(world.Resend(" ADA@example.com")) == "OK");
  world.clock.Advance(world.accounts.resend_cooldown - absl::Microseconds(1));
  CHECK(ReasonOf(world.Resend("ada@EXAMPLE.com")) == "OK");
  CHECK(world.NewEvents().empty());
  world.clock.Advance(absl::Microseconds(1));
  CHECK(ReasonOf(world.Resend("ada@example.com")) == "OK");
  CHECK(world.NewEvents() != Fields{});
}

TEST_CASE("The account's cooldown still applies after the account's address changed") {
  World world;
  const User ada = world.Ada();
  Must(world.Resend("ada@example.com"));
  world.Overwrite(WithAddress(world.Load(ada->id), "new@example.com"));
  world.NewEvents();
  CHECK(ReasonOf(world.Resend("new@example.com")) == "OK");
  CHECK(world.NewEvents().empty());
}

TEST_CASE("ResendVerification for an unknown address returns OK, sends nothing and starts a cooldown") {
  World world;
  CHECK(ReasonOf(world.Resend("bob@example.com")) == "OK");
  CHECK(world.Events().empty());
  Must(world.Register(Registration("bob@example.com")).status());
  world.NewEvents();
  CHECK(ReasonOf(world.Resend("bob@example.com")) == "OK");
  CHECK(world.NewEvents().empty());
}

TEST_CASE("ResendVerification for a verified or inactive account returns OK and sends nothing") {
  World world;
  world.Ada();
  Must(world.Verify(NewestToken(world)).status());
  world.NewEvents();
  CHECK(ReasonOf(world.Resend("ada@example.com")) == "OK");
  World other;
  SetState(other, UserState::kSuspended);
  other.NewEvents();
  CHECK(ReasonOf(other.Resend("ada@example.com")) == "OK");
  CHECK(world.NewEvents().empty());
  CHECK(other.NewEvents().empty());
}

TEST_CASE("ResendVerification rejects an invalid address") {
  World world;
  CHECK(BadFields(world.Resend("nobody")) == Fields{"email"});
}

TEST_CASE("Tokens are 256 random bits in characters that URLs allow") {
  FakeEntropy entropy;
  const std::string token = NewToken(entropy);
  CHECK(token.size() == 43);
  CHECK(token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
        std::string::npos);
  CHECK(NewToken(entropy) != token);
}

TEST_CASE("A user is found by its id and by any spelling of its address") {
  World world;
  const User ada = world.Ada();
  GetUser by_id(world.store);
  GetUserByEmail by_email(world.store);
  CHECK(Must(by_id.Handle(world.context, ada->id.ToString())).fields() == ada.fields());
  CHECK(Must(by_email.Handle(world.context, " ADA@Example.com")).fields() == ada.fields());
}

TEST_CASE("An account that an earlier version stored under a case-folded key is found by its address") {
  World world;
  UserFields fields = world.Ada().fields();
  fields.email = "Stra\u00dfe@example.com";
  fields.email_key = "strasse@example.com";
  ++fields.version;
  world.Overwrite(fields);
  world.NewEvents();
  GetUserByEmail by_email(world.store);
  CHECK(Must(by_email.Handle(world.context, "stra\u00dfe@EXAMPLE.com"))->id == fields.id);
  CHECK(ReasonOf(by_email.Handle(world.context, "stra\u00dfen@example.com")) == "USER_NOT_FOUND");
  CHECK(ReasonOf(world.Register(Registration("STRA\u1e9eE@example.com"))) == "EMAIL_TAKEN");
  Must(world.Resend("stra\u00dfe@example.com"));
  CHECK(world.NewEvents() == Fields{"message.queued"});
}

TEST_CASE(
    "GetUserByEmail does not return the account of another address with the same case-folded spelling") {
  World world;
  UserFields fields = world.Ada().fields();
  fields.email = fields.email_key = "strasse@example.com";
  ++fields.version;
  world.Overwrite(fields);
  GetUserByEmail by_email(world.store);
  CHECK(ReasonOf(by_email.Handle(world.context, "stra\u00dfe@example.com")) == "USER_NOT_FOUND");
  CHECK(ReasonOf(world.Register(Registration("stra\u00dfe@example.com"))) == "OK");
  CHECK(Must(by_email.Handle(world.context, "stra\u00dfe@example.com"))->id != fields.id);
  CHECK(Must(by_email.Handle(world.context, "strasse@example.com"))->id == fields.id);
}

TEST_CASE("GetUser and GetUserByEmail distinguish invalid ids and addresses from unknown users") {
  World world;
  GetUser by_id(world.store);
  GetUserByEmail by_email(world.store);
  CHECK(BadFields(by_id.Handle(world.context, "ada")) == Fields{"id"});
  CHECK(BadFields(by_id.Handle(world.context, "order_01h455vb4pex5vsknk084sn02q")) == Fields{"id"});
  CHECK(ReasonOf(by_id.Handle(world.context, "user_01h455vb4pex5vsknk084sn02q")) == "USER_NOT_FOUND");
  CHECK(BadFields(by_email.Handle(world.context, "ada")) == Fields{"email"});
  CHECK(ReasonOf(by_email.Handle(world.context, "bob@example.com")) == "USER_NOT_FOUND");
}

}  // namespace
}  // namespace keelson
