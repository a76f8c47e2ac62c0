#include "core/accounts/account_counters.h"

#include <catch2/catch.hpp>

#include "tests/core/world.h"
#include "tests/support/retrying_store.h"

namespace keelson {
namespace {

std::string VerificationToken(World& world) {
  return world.Outbox().at(0).variables.at("token");
}

TEST_CASE("A registration is counted once, although its transaction runs twice and the call is repeated") {
  for (const bool conceal : {false, true}) {
    CAPTURE(conceal);
    World world;
    world.accounts.conceal_existing_email = conceal;
    RetryingStore store(world.store);
    VerificationMail verification(world.entropy, world.ids, world.accounts);
    RegisterUser register_user(store, world.hasher, world.clock, world.ids, verification, world.counters,
                               world.accounts);
    for (int i = 0; i < 3; ++i) {
      Must(register_user.Handle(world.context, Registration("ada@example.com", "request-1")).status());
    }
    CHECK(world.counters.registrations == 1);
    CHECK(world.counters.verifications == 0);
  }
}

TEST_CASE("Of two calls with one request id, whose transactions conflict, one counts the registration") {
  World world;
  RetryingStore store(world.store);
  VerificationMail verification(world.entropy, world.ids, world.accounts);
  RegisterUser register_user(store, world.hasher, world.clock, world.ids, verification, world.counters,
                             world.accounts);
  store.between_runs = [&] { Must(world.Register(Registration("ada@example.com", "request-1")).status()); };
  Must(register_user.Handle(world.context, Registration("ada@example.com", "request-1")).status());
  CHECK(world.counters.registrations == 1);
}

TEST_CASE("A rejected registration, and one of an existing address, are not counted") {
  World world;
  CHECK(ReasonOf(world.Register(Registration("nobody"))) == "FIELD_INVALID");
  world.Ada();
  CHECK(ReasonOf(world.Register(Registration())) == "EMAIL_TAKEN");
  world.accounts.conceal_existing_email = true;
  CHECK(ReasonOf(world.Register(Registration())) == "OK");
  CHECK(world.counters.registrations == 1);
}

TEST_CASE("A verification is counted once, although its transaction runs twice and the call is repeated") {
  World world;
  world.Ada();
  const std::string token = VerificationToken(world);
  RetryingStore store(world.store);
  VerifyEmail verify_email(store, world.clock, world.ids, world.counters);
  for (int i = 0; i < 3; ++i) Must(verify_email.Handle(world.context, Secret(token)).status());
  CHECK(ReasonOf(world.Verify("unknown")) == "TOKEN_INVALID");
  CHECK(world.counters.verifications == 1);
}

}  // namespace
}  // namespace keelson
