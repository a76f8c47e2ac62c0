// Tests the effects of an e-mail change on sign-in and sessions, and of a password change on an e-mail
// change.
#include <catch2/catch.hpp>

#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

constexpr char kMovedTo[] = "ada@example.org";

// Starts a change of Ada's address, and returns the token.
std::string MoveToken(SessionWorld& world) {
  Must(world.StartChange(world.Ada(), kMovedTo));
  return world.NewestTokenIn("email_change");
}

TEST_CASE("After an e-mail change, the user signs in by the new address and sessions stay active") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  Must(world.ConfirmChange(MoveToken(world)).status());
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "OK");
  CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, kMovedTo))) == "OK");
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
}

TEST_CASE("An e-mail change revokes a reset token that was sent to the previous address") {
  SessionWorld world;
  world.Ada();
  Must(world.RequestReset());
  const std::string reset = world.ResetToken();
  Must(world.ConfirmChange(MoveToken(world)).status());
  CHECK(world.Queued() == Fields{"email_change_notice"});
  CHECK(ReasonOf(world.Reset(reset)) == "TOKEN_INVALID");
}

TEST_CASE("A password reset revokes a pending e-mail change") {
  SessionWorld world;
  const std::string token = MoveToken(world);
  Must(world.RequestReset());
  Must(world.Reset(world.ResetToken()));
  CHECK(ReasonOf(world.ConfirmChange(token)) == "TOKEN_INVALID");
  CHECK(world.Queued() == Fields{"verify_email", "email_change_notice", "password_changed"});
}

TEST_CASE("A password change revokes a pending e-mail change") {
  SessionWorld world;
  const std::string token = MoveToken(world);
  Must(world.Change(kPassword));
  CHECK(ReasonOf(world.ConfirmChange(token)) == "TOKEN_INVALID");
  CHECK(world.Queued() == Fields{"verify_email", "email_change_notice", "password_changed"});
}

}  // namespace
}  // namespace keelson
