#include "core/sessions/sign_in_counters.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/core/sessions/session_world.h"
#include "tests/support/failing_store.h"
#include "tests/support/retrying_store.h"

namespace keelson {
namespace {

// Returns the numbers of sign-ins, without the outcomes that did not occur.
std::map<std::string_view, std::int64_t> SignInsOf(const SessionWorld& world) {
  std::map<std::string_view, std::int64_t> counts;
  for (std::size_t outcome = 0; outcome < kSignInOutcomeNames.size(); ++outcome) {
    if (world.sign_ins[outcome] > 0) counts[kSignInOutcomeNames[outcome]] = world.sign_ins[outcome];
  }
  return counts;
}

using Counts = std::map<std::string_view, std::int64_t>;

TEST_CASE("A wrong password and an unknown address are counted as the same outcome") {
  SessionWorld world;
  (void)world.SignedIn();
  (void)world.TrySignIn(Credentials("wrong password"));
  (void)world.TrySignIn(Credentials(kPassword, "bob@example.com"));
  CHECK(SignInsOf(world) == Counts{{"ok", 1}, {"credentials", 2}});
}

TEST_CASE("A sign-in to an account that can't sign in is counted as not_allowed") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  world.sessions.require_verified_email = true;
  (void)world.TrySignIn();
  world.sessions.require_verified_email = false;
  world.SetState(id, UserState::kSuspended);
  (void)world.TrySignIn();
  CHECK(SignInsOf(world) == Counts{{"not_allowed", 2}});
}

TEST_CASE("Throttled and overloaded sign-ins, and failures of the store, are counted") {
  SessionWorld world;
  world.Ada();
  for (int i = 0; i < 12; ++i) (void)world.TrySignIn(Credentials("wrong password", "bob@example.com"));
  CHECK(SignInsOf(world) == Counts{{"credentials", 11}, {"throttled", 1}});
  world.hasher.failure = MakeError(Reason::kOverloaded, "the queue is full");
  CHECK(ReasonOf(world.TrySignIn()) == "OVERLOADED");
  FailingStore store(world.store);
  store.failure = MakeError(Reason::kStoreUnavailable, "the disk is full");
  EndSessions end_sessions(world.sessions);
  SignIn sign_in(store, world.clock, world.entropy, world.ids, world.verifier, end_sessions, world.sign_ins,
                 world.sessions);
  CHECK(ReasonOf(sign_in.Handle(world.context, Credentials())) == "STORE_UNAVAILABLE");
  CHECK(SignInsOf(world) == Counts{{"credentials", 11}, {"throttled", 1}, {"overloaded", 1}, {"error", 1}});
}

TEST_CASE("A sign-in with invalid fields is not counted") {
  SessionWorld world;
  CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, "nobody"))) == "FIELD_INVALID");
  CHECK(SignInsOf(world).empty());
}

TEST_CASE("A sign-in whose transactions run twice is counted once") {
  SessionWorld world;
  world.Ada();
  RetryingStore store(world.store);
  PasswordVerifier verifier(store, world.hasher);
  EndSessions end_sessions(world.sessions);
  SignIn sign_in(store, world.clock, world.entropy, world.ids, verifier, end_sessions, world.sign_ins,
                 world.sessions);
  CHECK(ReasonOf(sign_in.Handle(world.context, Credentials())) == "OK");
  CHECK(ReasonOf(sign_in.Handle(world.context, Credentials("wrong password"))) == "CREDENTIALS_INVALID");
  CHECK(SignInsOf(world) == Counts{{"ok", 1}, {"credentials", 1}});
}

TEST_CASE("CountSessions counts the sessions that have not expired, by their lifetime or idle time") {
  SessionWorld world;
  CHECK(world.Count() == 0);
  const IssuedSession idle = world.SignedIn();
  world.clock.Advance(absl::Hours(1));
  (void)world.SignedIn();
  CHECK(world.Count() == 2);
  world.sessions.idle_ttl = absl::Hours(1);
  CHECK(world.Count() == 1);
  world.sessions.idle_ttl = absl::ZeroDuration();
  world.clock.Advance(idle.session->expire_time - world.clock.Now());
  CHECK(world.Count() == 1);
  Must(world.RevokeAll(world.Ada()->id).status());
  CHECK(world.Count() == 0);
}

TEST_CASE("After an error of the store, CountSessions keeps the last count") {
  SessionWorld world;
  (void)world.SignedIn();
  FailingStore store(world.store);
  CountSessions count_sessions(store, world.clock, world.sessions);
  Must(count_sessions.Handle());
  store.failure = MakeError(Reason::kStoreUnavailable, "the disk is full");
  CHECK(ReasonOf(count_sessions.Handle()) == "STORE_UNAVAILABLE");
  CHECK(count_sessions.active() == 1);
}

}  // namespace
}  // namespace keelson
