#include <catch2/catch.hpp>

#include "tests/core/world.h"

namespace keelson {
namespace {

struct ConcealingWorld : World {
  ConcealingWorld() { accounts.conceal_existing_email = true; }
};

TEST_CASE(
    "With conceal_existing_email, a new and an existing address get the same response after the same work") {
  ConcealingWorld world;
  const auto fresh = world.Register(Registration());
  REQUIRE(fresh.ok());
  CHECK_FALSE(fresh->has_value());
  CHECK(world.hasher.hashes == 1);
  CHECK(world.NewEvents() == Fields{"user.registered", "message.queued"});

  const auto held = world.Register(Registration("ADA@example.com"));
  REQUIRE(held.ok());
  CHECK_FALSE(held->has_value());
  CHECK(world.hasher.hashes == 2);
  CHECK(world.NewEvents() == Fields{"message.queued"});
  CHECK(world.Queued() == Fields{"verify_email", "account_exists"});
}

TEST_CASE(
    "With conceal_existing_email, the e-mail to the owner uses the owner's stored address, locale and name") {
  ConcealingWorld world;
  Must(world.Register(Registration("Ada@example.com")).status());
  RegisterUserCommand stranger = Registration("ada@example.com");
  stranger.display_name = "Win a prize at evil.example";
  stranger.locale = "fr";
  Must(world.Register(stranger).status());
  const Message email = world.Outbox().at(1);
  CHECK(email.template_name == "account_exists");
  CHECK(email.to == "Ada@example.com");
  CHECK(email.locale == "de");
  CHECK(email.variables == TemplateVariables{{"display_name", "Ada"}});
}

TEST_CASE("With conceal_existing_email, repeated registrations send the owner one e-mail per cooldown") {
  ConcealingWorld world;
  for (int i = 0; i < 4; ++i) Must(world.Register(Registration()).status());
  CHECK(world.Queued() == Fields{"verify_email", "account_exists"});
  world.clock.Advance(world.accounts.resend_cooldown);
  for (int i = 0; i < 4; ++i) Must(world.Register(Registration()).status());
  CHECK(world.Queued() == Fields{"verify_email", "account_exists", "account_exists"});
}

TEST_CASE("With conceal_existing_email, invalid fields are still reported") {
  ConcealingWorld world;
  CHECK(BadFields(world.Register(Registration("nobody"))) == Fields{"email"});
}

TEST_CASE(
    "With conceal_existing_email, a repeated call returns the same response and sends no second e-mail") {
  ConcealingWorld world;
  Must(world.Register(Registration("ada@example.com", "request-1")).status());
  const auto again = world.Register(Registration("ada@example.com", "request-1"));
  REQUIRE(again.ok());
  CHECK_FALSE(again->has_value());
  CHECK(world.hasher.hashes == 1);
  CHECK(world.Queued() == Fields{"verify_email"});
}

}  // namespace
}  // namespace keelson
