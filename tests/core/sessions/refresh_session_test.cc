#include "core/sessions/refresh_session.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/escaping.h"
#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

std::string Text(const SessionTokens& tokens) {
  return StrCat(tokens.access.Reveal(), " ", tokens.refresh.Reveal());
}

TEST_CASE("A refresh replaces both tokens, and leaves the session's absolute expiry") {
  SessionWorld world;
  const IssuedSession first = world.SignedIn();
  world.NewEvents();
  world.clock.Advance(absl::Minutes(5));
  const IssuedSession second = Must(world.Refresh(first.tokens.refresh));
  CHECK(second.session->id == first.session->id);
  CHECK(second.session->expire_time == first.session->expire_time);
  CHECK(second.session->access_expire_time == world.clock.Now() + world.sessions.access_ttl);
  CHECK(second.session->last_use_time == world.clock.Now());
  CHECK(second.session->generation == 1);
  CHECK(ReasonOf(world.Introspect(first.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.Introspect(second.tokens.access)) == "OK");
  CHECK(world.NewEvents() == Fields{"session.refreshed"});
  const IssuedSession third = Must(world.Refresh(second.tokens.refresh));
  CHECK(std::set<std::string>{Text(first.tokens), Text(second.tokens), Text(third.tokens)}.size() == 3);
}

TEST_CASE("A refresh that is repeated in the grace period returns identical tokens, and changes nothing") {
  SessionWorld world;
  const IssuedSession first = world.SignedIn();
  const IssuedSession second = Must(world.Refresh(first.tokens.refresh));
  world.NewEvents();
  world.clock.Advance(world.sessions.refresh_grace - absl::Microseconds(1));
  const IssuedSession repeated = Must(world.Refresh(first.tokens.refresh));
  CHECK(Text(repeated.tokens) == Text(second.tokens));
  CHECK(repeated.session.fields() == second.session.fields());
  CHECK(world.NewEvents().empty());
  CHECK(ReasonOf(world.Introspect(second.tokens.access)) == "OK");
  CHECK(ReasonOf(world.Refresh(second.tokens.refresh)) == "OK");
}

TEST_CASE("A spent refresh token ends the session after the grace period, although the call fails") {
  SessionWorld world;
  const IssuedSession first = world.SignedIn();
  const IssuedSession second = Must(world.Refresh(first.tokens.refresh));
  world.NewEvents();
  world.clock.Advance(world.sessions.refresh_grace);
  CHECK(ReasonOf(world.Refresh(first.tokens.refresh)) == "REFRESH_TOKEN_REUSED");
  CHECK(world.Stored().empty());
  CHECK(world.NewEvents() == Fields{"session.reuse_detected", "session.revoked"});
  CHECK(world.Events().back().payload == R"({"cause":"refresh_token_reused"})");
  CHECK(ReasonOf(world.Introspect(second.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.Refresh(second.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
  CHECK(ReasonOf(world.Refresh(first.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
}

TEST_CASE("A refresh token of an earlier generation ends the session even within the grace period") {
  SessionWorld world;
  const IssuedSession first = world.SignedIn();
  const IssuedSession second = Must(world.Refresh(first.tokens.refresh));
  Must(world.Refresh(second.tokens.refresh));
  CHECK(ReasonOf(world.Refresh(first.tokens.refresh)) == "REFRESH_TOKEN_REUSED");
  CHECK(world.Stored().empty());
}

TEST_CASE("Twenty parallel refreshes of one token give one live successor") {
  SessionWorld world;
  const IssuedSession first = world.SignedIn();
  world.NewEvents();
  std::vector<std::string> tokens(20);
  std::vector<std::thread> threads;
  for (std::string& text : tokens) {
    threads.emplace_back([&] { text = Text(Must(world.Refresh(first.tokens.refresh)).tokens); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(std::set<std::string>(tokens.begin(), tokens.end()).size() == 1);
  CHECK(world.NewEvents() == Fields{"session.refreshed"});
  CHECK(world.Stored().at(0)->generation == 1);
}

TEST_CASE("A refresh token that is malformed, unknown or another kind of token is invalid") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  const std::string token(issued.tokens.refresh.Reveal());
  Must(world.RequestReset());
  for (const std::string& wrong : {std::string("x"), token + "x", token.substr(1), token + "=",
                                   std::string(64, 'A'), std::string(10'000, 'a'), std::string("\xff\0", 2),
                                   std::string(issued.tokens.access.Reveal()), world.ResetToken()}) {
    CAPTURE(wrong);
    CHECK(ReasonOf(world.Refresh(Secret(wrong))) == "REFRESH_TOKEN_INVALID");
  }
  CHECK(BadFields(world.Refresh(Secret(" "))) == Fields{"refresh_token"});
  CHECK(ReasonOf(world.Refresh(Secret(StrCat(" ", token, "\n")))) == "OK");
}

TEST_CASE("The key of one session with the secret of another one ends only the session with the key") {
  SessionWorld world;
  const IssuedSession mine = world.SignedIn();
  const IssuedSession other = world.SignedIn();
  std::string key;
  std::string secret;
  REQUIRE(absl::WebSafeBase64Unescape(ToAbsl(mine.tokens.refresh.Reveal()), &key));
  REQUIRE(absl::WebSafeBase64Unescape(ToAbsl(other.tokens.refresh.Reveal()), &secret));
  const std::string mixed = absl::WebSafeBase64Escape(key.substr(0, 16) + secret.substr(16));
  CHECK(ReasonOf(world.Refresh(Secret(mixed))) == "REFRESH_TOKEN_REUSED");
  CHECK(ReasonOf(world.Introspect(mine.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.Introspect(other.tokens.access)) == "OK");
}

TEST_CASE("A session ends at its absolute expiry, however often it is refreshed") {
  SessionWorld world;
  world.sessions.refresh_ttl = absl::Hours(2);
  IssuedSession issued = world.SignedIn();
  for (int i = 0; i < 11; ++i) {
    world.clock.Advance(absl::Minutes(10));
    issued = Must(world.Refresh(issued.tokens.refresh));
  }
  CHECK(issued.session->access_expire_time == issued.session->expire_time);
  world.clock.Advance(absl::Minutes(10) - absl::Microseconds(1));
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "OK");
  world.clock.Advance(absl::Microseconds(1));
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.Refresh(issued.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
}

TEST_CASE("An unused session ends after the idle time, and each refresh begins the idle time again") {
  SessionWorld world;
  world.sessions.idle_ttl = absl::Hours(1);
  IssuedSession issued = world.SignedIn();
  for (int i = 0; i < 3; ++i) {
    world.clock.Advance(absl::Hours(1) - absl::Microseconds(1));
    issued = Must(world.Refresh(issued.tokens.refresh));
  }
  world.clock.Advance(absl::Hours(1));
  CHECK(ReasonOf(world.Refresh(issued.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
  CHECK(ReasonOf(world.Revoke(issued.session->id)) == "SESSION_NOT_FOUND");
}

TEST_CASE("A spent token of an expired session is invalid, not reused") {
  SessionWorld world;
  const IssuedSession first = world.SignedIn();
  Must(world.Refresh(first.tokens.refresh));
  world.clock.Advance(world.sessions.refresh_ttl);
  world.NewEvents();
  CHECK(ReasonOf(world.Refresh(first.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
  CHECK(world.NewEvents().empty());
}

}  // namespace
}  // namespace keelson
