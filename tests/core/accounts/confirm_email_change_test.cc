#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core/accounts/email_change.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

constexpr char kTarget[] = "Ada.L@example.org";

// Starts a change of Ada's address to kTarget, and returns the token.
std::string StartedChange(World& world) {
  Must(world.StartChange(world.Ada(), kTarget));
  return world.NewestTokenIn("email_change");
}

void ChangeState(World& world, UserState state) {
  UserFields fields = world.Load(world.Ada()->id).fields();
  fields.state = state;
  ++fields.version;
  world.Overwrite(fields);
}

TEST_CASE("A confirmation replaces the address, verifies the new one and records no address in the event") {
  World world;
  const User ada = world.Ada();
  const std::string token = StartedChange(world);
  world.NewEvents();
  world.clock.Advance(world.accounts.verification_ttl - absl::Microseconds(1));
  const User changed = Must(world.ConfirmChange(StrCat(" ", token, "\n")));
  UserFields expected = ada.fields();
  expected.email = kTarget;
  expected.email_key = "ada.l@example.org";
  expected.email_verify_time = expected.update_time = world.clock.Now();
  ++expected.version;
  CHECK(changed.fields() == expected);
  CHECK(world.Load(ada->id).fields() == expected);
  CHECK(world.NewEvents() == Fields{"user.email_changed"});
  const Event event = world.Events().back();
  CHECK(event.subject == ada->id.ToString());
  CHECK(event.user_id == ada->id);
  CHECK(event.payload == "{}");
  // The previous address becomes available, and the new one is taken.
  CHECK(ReasonOf(world.Register(Registration("ADA.L@example.org"))) == "EMAIL_TAKEN");
  CHECK(ReasonOf(world.Register(Registration("ada@example.com"))) == "OK");
}

TEST_CASE("A confirmation token can be used once, also by twenty parallel calls") {
  World world;
  const User ada = world.Ada();
  const std::string token = StartedChange(world);
  world.NewEvents();
  std::atomic<int> succeeded = 0;
  std::atomic<int> invalid = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      const std::string reason = ReasonOf(world.ConfirmChange(token));
      succeeded += reason == "OK" ? 1 : 0;
      invalid += reason == "TOKEN_INVALID" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(succeeded == 1);
  CHECK(invalid == 19);
  CHECK(world.NewEvents() == Fields{"user.email_changed"});
  CHECK(world.Load(ada->id)->version == ada->version + 1);
}

TEST_CASE("A confirmation token expires") {
  World world;
  const std::string token = StartedChange(world);
  world.clock.Advance(world.accounts.verification_ttl);
  CHECK(ReasonOf(world.ConfirmChange(token)) == "TOKEN_INVALID");
}

TEST_CASE("Every token that can't confirm a change gives the same error") {
  World world;
  const std::string verification = [&] {
    world.Ada();
    return world.NewestTokenIn("verify_email");
  }();
  const std::string token = StartedChange(world);
  const absl::Status unknown = world.ConfirmChange("x").status();
  CHECK(ReasonOf(unknown) == "TOKEN_INVALID");
  CHECK(Fact(unknown, "field") == "token");
  CHECK(world.ConfirmChange(verification).status() == unknown);
  CHECK(world.ConfirmChange(token + "x").status() == unknown);
  CHECK(BadFields(world.ConfirmChange(" \n")) == Fields{"token"});
  CHECK(world.Verify(token).status() == world.Verify("x").status());

  UserFields fields = world.Load(world.Ada()->id).fields();
  fields.email = fields.email_key = "moved@example.com";
  world.Overwrite(fields);
  CHECK(world.ConfirmChange(token).status() == unknown);
}

TEST_CASE("Only an ACTIVE user can confirm a change") {
  World world;
  const std::string token = StartedChange(world);
  for (const UserState state : {UserState::kSuspended, UserState::kDeleted}) {
    ChangeState(world, state);
    CHECK(ReasonOf(world.ConfirmChange(token)) == "USER_STATE");
  }
  ChangeState(world, UserState::kActive);
  CHECK(ReasonOf(world.ConfirmChange(token)) == "OK");
}

TEST_CASE("A confirmation fails while another account holds the address, and leaves the token unused") {
  World world;
  const User ada = world.Ada();
  const std::string token = StartedChange(world);
  const User holder = Must(world.Register(Registration("ada.l@example.org"))).value();
  world.NewEvents();
  CHECK(ReasonOf(world.ConfirmChange(token)) == "EMAIL_TAKEN");
  CHECK(world.NewEvents().empty());
  CHECK(world.Load(ada->id).fields() == ada.fields());

  UserFields moved = holder.fields();
  moved.email = moved.email_key = "elsewhere@example.com";
  world.Overwrite(moved);
  CHECK(ReasonOf(world.ConfirmChange(token)) == "OK");
}

TEST_CASE("A confirmation fails if the holder of the address has a case-folded key of an earlier version") {
  World world;
  const User holder = Must(world.Register(Registration("bob@example.com"))).value();
  Must(world.StartChange(world.Ada(), "stra\u00dfe@example.com"));
  UserFields fields = holder.fields();
  fields.email = "Stra\u00dfe@example.com";
  fields.email_key = "strasse@example.com";
  world.Overwrite(fields);
  CHECK(ReasonOf(world.ConfirmChange(world.NewestTokenIn("email_change"))) == "EMAIL_TAKEN");
}

TEST_CASE("Two accounts can't confirm changes to one address") {
  World world;
  const User bob = Must(world.Register(Registration("bob@example.com"))).value();
  const std::string first = StartedChange(world);
  world.clock.Advance(world.accounts.resend_cooldown);
  Must(world.StartChange(bob, kTarget));
  const std::string second = world.NewestTokenIn("email_change");
  CHECK(ReasonOf(world.ConfirmChange(second)) == "OK");
  CHECK(ReasonOf(world.ConfirmChange(first)) == "EMAIL_TAKEN");
}

TEST_CASE("A confirmation cancels the queued links of the account, and keeps the notice") {
  World world;
  const std::string verification = [&] {
    world.Ada();
    return world.NewestTokenIn("verify_email");
  }();
  const std::string token = StartedChange(world);
  Must(world.ConfirmChange(token).status());
  CHECK(world.Queued() == Fields{"email_change_notice"});
  CHECK(ReasonOf(world.Verify(verification)) == "TOKEN_INVALID");
  CHECK(ReasonOf(world.Resend(kTarget)) == "OK");
  CHECK(world.Queued() == Fields{"email_change_notice"});
}

TEST_CASE("An account can change back to its previous address") {
  World world;
  const User changed = Must(world.ConfirmChange(StartedChange(world)));
  world.clock.Advance(world.accounts.resend_cooldown);
  Must(world.StartChange(changed, "ada@example.com"));
  CHECK(Must(world.ConfirmChange(world.NewestTokenIn("email_change")))->email == "ada@example.com");
}

}  // namespace
}  // namespace keelson
