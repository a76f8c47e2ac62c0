#include "core/sessions/reset_password.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <utility>

#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

TEST_CASE("A reset e-mail has a link with a token, which is valid for reset_ttl") {
  SessionWorld world;
  const User ada = world.Ada();
  world.NewEvents();
  Must(world.RequestReset(" ADA@example.com"));
  CHECK(world.NewEvents() == Fields{"message.queued"});
  const Message mail = world.Outbox().back();
  CHECK(mail.template_name == "password_reset");
  CHECK(mail.to == "ada@example.com");
  CHECK(mail.user_id == ada->id);
  CHECK(mail.expire_time == world.clock.Now() + world.accounts.reset_ttl);
  CHECK(mail.variables.at("expire_hours") == "1");
  CHECK(mail.variables.at("token").size() == 43);
}

TEST_CASE("A reset replaces the password, ends every session, notifies the user and starts no session") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  (void)world.SignedIn();
  Must(world.RequestReset());
  world.NewEvents();
  world.clock.Advance(world.accounts.reset_ttl - absl::Microseconds(1));
  Must(world.Reset(StrCat(" ", world.ResetToken(), "\n")));
  CHECK(world.NewEvents() ==
        Fields{"user.password_reset", "session.revoked", "session.revoked", "message.queued"});
  const std::vector<Event> events = world.Events();
  CHECK(events[events.size() - 2].payload == R"({"cause":"password_reset"})");
  CHECK(world.Outbox().back().template_name == "password_changed");
  CHECK(world.Stored().empty());
  CHECK(ReasonOf(world.Refresh(issued.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
  CHECK(ReasonOf(world.TrySignIn(Credentials(kNewPassword))) == "OK");
  CHECK_FALSE(world.Load(world.Ada()->id)->email_verify_time.has_value());
}

TEST_CASE("A reset token expires") {
  SessionWorld world;
  world.Ada();
  Must(world.RequestReset());
  world.clock.Advance(world.accounts.reset_ttl);
  CHECK(ReasonOf(world.Reset(world.ResetToken())) == "TOKEN_INVALID");
}

TEST_CASE("A reset token can be used once, also by twenty parallel calls") {
  SessionWorld world;
  world.Ada();
  Must(world.RequestReset());
  const std::string token = world.ResetToken();
  world.NewEvents();
  std::atomic<int> succeeded = 0;
  std::atomic<int> invalid = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      const std::string reason = ReasonOf(world.Reset(token));
      succeeded += reason == "OK" ? 1 : 0;
      invalid += reason == "TOKEN_INVALID" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(succeeded == 1);
  CHECK(invalid == 19);
  CHECK(world.NewEvents() == Fields{"user.password_reset", "message.queued"});
  CHECK(ReasonOf(world.Reset(token)) == "TOKEN_INVALID");
}

TEST_CASE(
    "Tokens of another purpose, another kind or another address give the same error as unknown tokens") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  const std::string verification = world.Outbox().at(0).variables.at("token");
  const absl::Status unknown = world.Reset("x");
  CHECK(ReasonOf(unknown) == "TOKEN_INVALID");
  CHECK(world.Reset(verification) == unknown);
  CHECK(world.Reset(std::string(issued.tokens.access.Reveal())) == unknown);
  CHECK(world.Reset(std::string(issued.tokens.refresh.Reveal())) == unknown);

  Must(world.RequestReset());
  const std::string token = world.ResetToken();
  const auto verified = world.Verify(token);
  CHECK(ReasonOf(verified) == "TOKEN_INVALID");
  CHECK(verified.status() == world.Verify("x").status());

  UserFields fields = world.Load(world.Ada()->id).fields();
  fields.email = fields.email_key = "new@example.com";
  ++fields.version;
  world.Overwrite(fields);
  CHECK(world.Reset(token) == unknown);
  CHECK(ReasonOf(world.Verify(verification)) == "TOKEN_INVALID");
}

TEST_CASE("A newer reset token supersedes the older one and its queued e-mail") {
  SessionWorld world;
  world.Ada();
  Must(world.RequestReset());
  const std::string older = world.ResetToken();
  world.clock.Advance(world.accounts.resend_cooldown);
  Must(world.RequestReset());
  const std::string newer = world.ResetToken();
  CHECK(newer != older);
  CHECK(world.Queued() == Fields{"verify_email", "password_reset"});
  CHECK(ReasonOf(world.Reset(older)) == "TOKEN_INVALID");
  CHECK(ReasonOf(world.Reset(newer)) == "OK");
}

TEST_CASE("An inactive account gets no reset e-mail, and can't use an earlier one") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  Must(world.RequestReset());
  const std::string token = world.ResetToken();
  for (const UserState state : {UserState::kSuspended, UserState::kDeleted}) {
    world.clock.Advance(world.accounts.resend_cooldown);
    world.SetState(id, state);
    world.NewEvents();
    CHECK(ReasonOf(world.RequestReset()) == "OK");
    CHECK(world.NewEvents().empty());
    CHECK(ReasonOf(world.Reset(token)) == "USER_STATE");
  }
  world.SetState(id, UserState::kActive);
  CHECK(ReasonOf(world.Reset(token)) == "OK");
}

TEST_CASE("Requests for verification e-mails do not suppress a password reset") {
  SessionWorld world;
  world.Ada();
  Must(world.Resend("ada@example.com"));
  CHECK(ReasonOf(world.RequestReset()) == "OK");
  CHECK(world.Queued() == Fields{"verify_email", "password_reset"});
}

TEST_CASE("A hundred requests a minute cause one e-mail, and the response does not tell") {
  SessionWorld world;
  world.Ada();
  world.NewEvents();
  for (int i = 0; i < 100; ++i) {
    CHECK(ReasonOf(world.RequestReset(i % 2 == 0 ? "ada@example.com" : "ADA@EXAMPLE.com")) == "OK");
    CHECK(ReasonOf(world.RequestReset("bob@example.com")) == "OK");
  }
  CHECK(world.NewEvents() == Fields{"message.queued"});
  world.clock.Advance(world.accounts.resend_cooldown);
  CHECK(ReasonOf(world.RequestReset()) == "OK");
  CHECK(world.NewEvents() == Fields{"message.queued"});
  CHECK(BadFields(world.RequestReset("nobody")) == Fields{"email"});
}

TEST_CASE("A reset reports every invalid field, and an invalid one computes no hash and spends no token") {
  SessionWorld world;
  world.Ada();
  Must(world.RequestReset());
  const std::string token = world.ResetToken();
  world.hasher.hashes = 0;
  CHECK(BadFields(world.Reset(" ", "short")) == Fields{"token", "new_password"});
  CHECK(BadFields(world.Reset(token, "password")) == Fields{"new_password"});
  CHECK(BadFields(world.Reset(token, "ADA@example.com")) == Fields{"new_password"});
  CHECK(ReasonOf(world.Reset("x", "ADA@example.com")) == "TOKEN_INVALID");
  CHECK(world.hasher.hashes == 0);
  CHECK(ReasonOf(world.Reset(token)) == "OK");
}

TEST_CASE("A reset that races another reset with the same token fails") {
  SessionWorld world;
  world.Ada();
  Must(world.RequestReset());
  const std::string token = world.ResetToken();
  bool raced = false;
  world.hasher.before_hash = [&] {
    if (std::exchange(raced, true)) return;
    CHECK(ReasonOf(world.Reset(token, "the faster password")) == "OK");
  };
  CHECK(ReasonOf(world.Reset(token)) == "TOKEN_INVALID");
  CHECK(ReasonOf(world.TrySignIn(Credentials("the faster password"))) == "OK");
}

TEST_CASE("A reset clears the failed sign-ins of the account") {
  SessionWorld world;
  world.Ada();
  for (int i = 0; i < 11; ++i) (void)world.TrySignIn(Credentials("wrong password"));
  CHECK(ReasonOf(world.TrySignIn()) == "SIGN_IN_THROTTLED");
  Must(world.RequestReset());
  Must(world.Reset(world.ResetToken()));
  CHECK(ReasonOf(world.TrySignIn(Credentials(kNewPassword))) == "OK");
}

}  // namespace
}  // namespace keelson
