#include "core/sessions/change_password.h"

#include <catch2/catch.hpp>

#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

TEST_CASE("A password change keeps one session, ends the others and notifies the user") {
  SessionWorld world;
  const IssuedSession kept = world.SignedIn();
  const IssuedSession ended = world.SignedIn();
  world.NewEvents();
  Must(world.Change(kPassword, kNewPassword, kept.session->id));
  CHECK(world.NewEvents() == Fields{"user.password_changed", "session.revoked", "message.queued"});
  CHECK(world.Outbox().back().template_name == "password_changed");
  CHECK(ReasonOf(world.Introspect(kept.tokens.access)) == "OK");
  CHECK(ReasonOf(world.Introspect(ended.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
  CHECK(ReasonOf(world.TrySignIn(Credentials(kNewPassword))) == "OK");
}

TEST_CASE("A password change without keep_session_id ends every session") {
  SessionWorld world;
  (void)world.SignedIn();
  Must(world.Change(kPassword));
  CHECK(world.Stored().empty());
}

TEST_CASE("keep_session_id of another user keeps no session and ends none of the other user") {
  SessionWorld world;
  Must(world.Register(Registration("bob@example.com")).status());
  const IssuedSession bobs = Must(world.TrySignIn(Credentials(kPassword, "bob@example.com")));
  (void)world.SignedIn();
  Must(world.Change(kPassword, kNewPassword, bobs.session->id));
  CHECK(world.Stored().empty());
  CHECK(ReasonOf(world.Introspect(bobs.tokens.access)) == "OK");
}

TEST_CASE("A wrong current password changes nothing, and counts for the throttle of sign-ins") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  world.NewEvents();
  CHECK(ReasonOf(world.Change("wrong password")) == "CREDENTIALS_INVALID");
  CHECK(world.NewEvents() == Fields{"sign_in.failed"});
  CHECK(world.Events().back().payload == R"({"cause":"wrong_current_password"})");
  for (int i = 0; i < 10; ++i) CHECK(ReasonOf(world.Change("wrong password")) == "CREDENTIALS_INVALID");
  const absl::Status throttled = world.Change(kPassword);
  CHECK(ReasonOf(throttled) == "SIGN_IN_THROTTLED");
  CHECK(Details(throttled).retry_after == absl::Seconds(30));
  CHECK(ReasonOf(world.TrySignIn()) == "SIGN_IN_THROTTLED");
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "OK");
  world.clock.Advance(absl::Seconds(30));
  CHECK(ReasonOf(world.Change(kPassword)) == "OK");
  CHECK(ReasonOf(world.TrySignIn(Credentials(kNewPassword))) == "OK");
}

TEST_CASE("A repeated password change returns OK and changes nothing") {
  SessionWorld world;
  (void)world.SignedIn();
  Must(world.Change(kPassword, kNewPassword, std::nullopt, "request-1"));
  const IssuedSession later = Must(world.TrySignIn(Credentials(kNewPassword)));
  world.NewEvents();
  world.hasher.verifications = 0;
  CHECK(ReasonOf(world.Change(kPassword, kNewPassword, std::nullopt, "request-1")) == "OK");
  CHECK(ReasonOf(world.Change("wrong password", "a third zq8#Lwp!", std::nullopt, "request-1")) == "OK");
  CHECK(world.NewEvents().empty());
  CHECK(world.hasher.verifications == 0);
  CHECK(ReasonOf(world.Introspect(later.tokens.access)) == "OK");
  CHECK(ReasonOf(world.Change(kPassword, kNewPassword, later.session->id, "request-1")) ==
        "REQUEST_ID_REUSED");
}

TEST_CASE("A failed password change leaves its request id unused") {
  SessionWorld world;
  world.Ada();
  CHECK(ReasonOf(world.Change("wrong password", kNewPassword, std::nullopt, "request-1")) ==
        "CREDENTIALS_INVALID");
  CHECK(ReasonOf(world.Change(kPassword, kNewPassword, std::nullopt, "request-1")) == "OK");
}

TEST_CASE("A password change reports every invalid field, and computes no hash") {
  SessionWorld world;
  ChangePasswordCommand command;
  command.request_id = std::string(129, 'x');
  command.user_id = "ada";
  command.new_password = Secret("short");
  command.keep_session_id = "session";
  EndSessions end_sessions(world.sessions);
  ReplacePassword replace_password(world.ids, end_sessions);
  ChangePassword change(world.store, world.hasher, world.clock, world.verifier, replace_password,
                        world.accounts);
  CHECK(BadFields(change.Handle(world.context, command)) ==
        Fields{"request_id", "user_id", "current_password", "new_password", "keep_session_id"});
  command = ChangePasswordCommand();
  command.user_id = "user_01h455vb4pex5vsknk084sn02q";
  command.current_password = Secret("\xff");
  command.new_password = Secret("password");
  CHECK(BadFields(change.Handle(world.context, command)) == Fields{"current_password", "new_password"});
  command.current_password = Secret(std::string(kPassword));
  command.new_password = Secret(std::string(kNewPassword));
  CHECK(ReasonOf(change.Handle(world.context, command)) == "USER_NOT_FOUND");
  world.Ada();
  world.hasher.hashes = 0;
  CHECK(BadFields(world.Change(kPassword, " ada@EXAMPLE.com")) == Fields{"new_password"});
  CHECK(world.hasher.hashes == 0);
  CHECK(world.hasher.verifications == 0);
}

TEST_CASE("An inactive account can't change its password") {
  SessionWorld world;
  world.SetState(world.Ada()->id, UserState::kSuspended);
  CHECK(ReasonOf(world.Change(kPassword)) == "USER_STATE");
}

TEST_CASE("A password change that races another change fails") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  const std::string faster = Must(world.hasher.Hash(Secret("the faster password"), Deadline::Never()));
  world.hasher.before_verify_returns = [&] { world.SetHash(id, faster); };
  CHECK(ReasonOf(world.Change(kPassword)) == "CREDENTIALS_INVALID");
  CHECK(world.StoredHash(id) == faster);
}

TEST_CASE("A password change that races a suspension fails") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  world.hasher.before_verify_returns = [&] { world.SetState(id, UserState::kSuspended); };
  CHECK(ReasonOf(world.Change(kPassword)) == "USER_STATE");
}

TEST_CASE("A password change that races the rehash of a sign-in succeeds") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  world.SetHash(id, FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword))));
  world.hasher.before_verify_returns = [&] { CHECK(ReasonOf(world.TrySignIn()) == "OK"); };
  CHECK(ReasonOf(world.Change(kPassword)) == "OK");
  CHECK(ReasonOf(world.TrySignIn(Credentials(kNewPassword))) == "OK");
}

TEST_CASE("A password change that can't be hashed does not count as a failure") {
  SessionWorld world;
  (void)world.SignedIn();
  for (int i = 0; i < 20; ++i) {
    world.hasher.failure = absl::OkStatus();
    world.hasher.before_verify_returns = [&] {
      world.hasher.failure = MakeError(Reason::kOverloaded, "the queue is full");
    };
    REQUIRE(ReasonOf(world.Change(kPassword)) == "OVERLOADED");
  }
  world.hasher.failure = absl::OkStatus();
  CHECK(ReasonOf(world.Change(kPassword)) == "OK");
}

TEST_CASE("A password change ends a pending reset") {
  SessionWorld world;
  world.Ada();
  Must(world.RequestReset());
  const std::string token = world.ResetToken();
  Must(world.Change(kPassword));
  CHECK(ReasonOf(world.Reset(token)) == "TOKEN_INVALID");
  CHECK(world.Queued() == Fields{"verify_email", "password_changed"});
}

}  // namespace
}  // namespace keelson
