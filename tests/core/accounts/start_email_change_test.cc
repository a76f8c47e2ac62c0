#include <catch2/catch.hpp>

#include "core/accounts/email_change.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

constexpr char kNewAddress[] = "Ada.L@example.org";

std::string ChangeToken(World& world) {
  return world.NewestTokenIn("email_change");
}

TEST_CASE("A change sends a token to the new address and a notice to the current address") {
  World world;
  const User ada = world.Ada();
  world.NewEvents();
  Must(world.StartChange(ada, " Ada.L@example.org "));
  CHECK(world.NewEvents() == Fields{"message.queued", "message.queued", "user.email_change_started"});
  REQUIRE(world.Queued() == Fields{"verify_email", "email_change", "email_change_notice"});

  const Message change = world.Outbox()[1];
  CHECK(change.to == kNewAddress);
  CHECK(change.to_key == "ada.l@example.org");
  CHECK(change.user_id == ada->id);
  CHECK(change.locale == "de");
  CHECK(change.expire_time == world.clock.Now() + world.accounts.verification_ttl);
  CHECK(change.variables.at("token").size() == 43);
  CHECK(change.variables.at("expire_hours") == "24");
  const Message notice = world.Outbox()[2];
  CHECK(notice.to == "ada@example.com");
  CHECK(notice.user_id == ada->id);
  CHECK_FALSE(notice.expire_time.has_value());
  CHECK(notice.variables == TemplateVariables{{"display_name", "Ada"}, {"new_email", kNewAddress}});

  CHECK(world.Load(ada->id).fields() == ada.fields());
  const Event started = world.Events().back();
  CHECK(started.subject == ada->id.ToString());
  CHECK(started.user_id == ada->id);
  CHECK(started.payload == "{}");
}

TEST_CASE("StartEmailChange reports every invalid field") {
  World world;
  world.NewEvents();
  StartEmailChange start(world.store, world.clock, world.entropy, world.ids, world.accounts);
  CHECK(BadFields(start.Handle(world.context, {"\n", "ada", "nobody"})) ==
        Fields{"request_id", "user_id", "new_email"});
  CHECK(BadFields(start.Handle(world.context, {"", world.Ada()->id.ToString(), ""})) == Fields{"new_email"});
  CHECK(ReasonOf(start.Handle(world.context, {"", UserId(Uuid{1}).ToString(), kNewAddress})) ==
        "USER_NOT_FOUND");
}

TEST_CASE("The current address of the account is an invalid new address, in every spelling") {
  World world;
  User ada = world.Ada();
  for (const char* same : {"ada@example.com", " ADA@EXAMPLE.com"}) {
    CHECK(BadFields(world.StartChange(ada, same)) == Fields{"new_email"});
  }
  UserFields fields = ada.fields();
  fields.email = "Stra\u00dfe@example.com";
  fields.email_key = "strasse@example.com";
  world.Overwrite(fields);
  CHECK(BadFields(world.StartChange(ada, "stra\u00dfe@example.com")) == Fields{"new_email"});
  CHECK(world.Queued() == Fields{"verify_email"});
}

TEST_CASE("Only an ACTIVE user can start a change") {
  World world;
  const User ada = world.Ada();
  Must(world.Suspend(ada).status());
  const absl::Status suspended = world.StartChange(ada, kNewAddress);
  CHECK(ReasonOf(suspended) == "USER_STATE");
  CHECK(Fact(suspended, "state") == "SUSPENDED");
  CHECK(Fact(suspended, "expected") == "ACTIVE");
  Must(world.Delete(ada).status());
  CHECK(ReasonOf(world.StartChange(ada, kNewAddress)) == "USER_STATE");
  CHECK(world.Queued() == Fields{"verify_email"});
}

TEST_CASE("An address that another account holds can't be the new address") {
  World world;
  const User ada = world.Ada();
  const User bob = Must(world.Register(Registration("bob@example.com"))).value();
  const absl::Status taken = world.StartChange(ada, "BOB@example.com");
  CHECK(ReasonOf(taken) == "EMAIL_TAKEN");
  CHECK(Fact(taken, "field") == "new_email");
  Must(world.Delete(bob).status());
  CHECK(ReasonOf(world.StartChange(ada, "bob@example.com")) == "EMAIL_TAKEN");
  CHECK(world.Queued() == Fields{"verify_email", "verify_email"});
  CHECK(ReasonOf(world.StartChange(ada, kNewAddress)) == "OK");
}

TEST_CASE("With conceal_existing_email, a change to a taken address gets the response of a free address") {
  World world;
  world.accounts.conceal_existing_email = true;
  for (const char* email : {"ada@example.com", "Bob@example.com"}) {
    Must(world.Register(Registration(email)).status());
  }
  const UserId id = world.Outbox()[0].user_id;
  const User ada = world.Load(id);
  Must(world.StartChange(ada, kNewAddress));
  const std::string older = ChangeToken(world);
  world.clock.Advance(world.accounts.resend_cooldown);
  world.NewEvents();

  CHECK(ReasonOf(world.StartChange(ada, "bob@example.com")) == "OK");
  CHECK(world.NewEvents() == Fields{"message.queued", "message.queued", "user.email_change_started"});
  // The earlier e-mail is cancelled, as for a free address.
  REQUIRE(world.Queued() == Fields{"verify_email", "verify_email", "email_change_notice", "account_exists",
                                   "email_change_notice"});
  CHECK(ReasonOf(world.ConfirmChange(older)) == "TOKEN_INVALID");
  const Message told = world.Outbox()[3];
  CHECK(told.to == "Bob@example.com");
  CHECK(told.user_id != id);
  CHECK(told.variables == TemplateVariables{{"display_name", "Ada"}});
}

TEST_CASE("With conceal_existing_email, registrations and changes share the cooldown of account_exists") {
  World world;
  world.accounts.conceal_existing_email = true;
  for (const char* email : {"ada@example.com", "bob@example.com"}) {
    Must(world.Register(Registration(email)).status());
  }
  world.clock.Advance(world.accounts.resend_cooldown);
  Must(world.Register(Registration("bob@example.com")).status());
  const User ada = world.Load(world.Outbox()[0].user_id);
  Must(world.StartChange(ada, "bob@example.com"));
  CHECK(world.Queued() == Fields{"verify_email", "verify_email", "account_exists", "email_change_notice"});
}

TEST_CASE("A hundred changes of one account cause one e-mail to each address, and the response is the same") {
  World world;
  const User ada = world.Ada();
  world.NewEvents();
  for (int i = 0; i < 100; ++i) {
    CHECK(ReasonOf(world.StartChange(ada, i % 2 == 0 ? kNewAddress : "other@example.org")) == "OK");
  }
  CHECK(world.NewEvents() == Fields{"message.queued", "message.queued", "user.email_change_started"});
  CHECK(world.Queued() == Fields{"verify_email", "email_change", "email_change_notice"});
  // The suppressed calls started no cooldown of the other address.
  world.clock.Advance(world.accounts.resend_cooldown);
  CHECK(ReasonOf(world.StartChange(ada, "other@example.org")) == "OK");
  CHECK(world.Outbox().at(2).to == "other@example.org");
}

TEST_CASE("A hundred accounts that change to one address cause one e-mail to the address") {
  World world;
  std::vector<User> users;
  for (int i = 0; i < 100; ++i) {
    users.push_back(Must(world.Register(Registration(StrCat("user", i, "@example.com")))).value());
  }
  world.NewEvents();
  for (const User& user : users) CHECK(ReasonOf(world.StartChange(user, kNewAddress)) == "OK");
  CHECK(world.NewEvents() == Fields{"message.queued", "message.queued", "user.email_change_started"});
}

TEST_CASE("A suppressed call keeps the earlier token valid") {
  World world;
  const User ada = world.Ada();
  Must(world.StartChange(ada, kNewAddress));
  const std::string token = ChangeToken(world);
  Must(world.StartChange(ada, "other@example.org"));
  CHECK(Must(world.ConfirmChange(token))->email == kNewAddress);
}

TEST_CASE("A newer change supersedes the older token and its queued e-mail, but not the notice") {
  World world;
  const User ada = world.Ada();
  Must(world.StartChange(ada, kNewAddress));
  const std::string older = ChangeToken(world);
  world.clock.Advance(world.accounts.resend_cooldown);
  Must(world.StartChange(ada, "newer@example.org"));
  CHECK(world.Queued() ==
        Fields{"verify_email", "email_change_notice", "email_change", "email_change_notice"});
  CHECK(ReasonOf(world.ConfirmChange(older)) == "TOKEN_INVALID");
  CHECK(Must(world.ConfirmChange(ChangeToken(world)))->email == "newer@example.org");
}

TEST_CASE("A repeated StartEmailChange returns the first response and sends nothing") {
  World world;
  const User ada = world.Ada();
  Must(world.StartChange(ada, kNewAddress, "request-1"));
  world.NewEvents();
  world.clock.Advance(world.accounts.resend_cooldown);
  CHECK(ReasonOf(world.StartChange(ada, kNewAddress, "request-1")) == "OK");
  CHECK(world.NewEvents().empty());
  CHECK(ReasonOf(world.StartChange(ada, "other@example.org", "request-1")) == "REQUEST_ID_REUSED");
  Must(world.ConfirmChange(ChangeToken(world)).status());
  CHECK(ReasonOf(world.StartChange(ada, kNewAddress, "request-1")) == "OK");
  CHECK(BadFields(world.StartChange(ada, kNewAddress, "request-2")) == Fields{"new_email"});
}

}  // namespace
}  // namespace keelson
