// Tests sessions and sign-in throttling over two processes on one database.
#include <catch2/catch.hpp>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/postgres/support/fleet.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

constexpr char kAda[] = "ada@example.com";
constexpr char kSessionInvalid[] = "UNAUTHENTICATED SESSION_INVALID";

std::string Introspect(const Client& client, const std::string& access_token) {
  return Outcome(client(&Sessions::IntrospectSession, Field("access_token", access_token)));
}

std::string TrySignIn(const Client& client, const std::string& password) {
  return Outcome(client(&Sessions::SignIn, StrCat(Field("email", kAda), Field("password", password))));
}

TEST_CASE("a session that one process ends is invalid on the other process at once") {
  const Fleet fleet(2);
  const Client one = fleet.Connect(0);
  const Client other = fleet.Connect(1);
  const std::string user_id = RegisterUser(one, kAda);
  const sessions::v1::SignInResponse session = SignIn(one, kAda);
  CHECK(Introspect(other, session.access_token()) == "OK");
  const auto refreshed = other(&Sessions::RefreshSession, Field("refresh_token", session.refresh_token()));
  REQUIRE(Outcome(refreshed) == "OK");
  CHECK(Introspect(one, session.access_token()) == kSessionInvalid);
  CHECK(Introspect(one, refreshed->access_token()) == "OK");

  CHECK(Outcome(one(&Sessions::ChangePassword,
                    StrCat(Field("user_id", user_id), Field("current_password", kPassword),
                           Field("new_password", "a lantern for the night shift")))) == "OK");
  CHECK(Introspect(other, refreshed->access_token()) == kSessionInvalid);
  CHECK(TrySignIn(other, kPassword) == "UNAUTHENTICATED CREDENTIALS_INVALID");
}

TEST_CASE("parallel refreshes on two processes return one generation of tokens") {
  constexpr int kCallers = 20;
  const Fleet fleet(2);
  const Client one = fleet.Connect(0);
  const Client other = fleet.Connect(1);
  RegisterUser(one, kAda);
  const std::string refresh_token = SignIn(one, kAda).refresh_token();
  std::set<std::string> tokens;
  const auto results = AllAtOnce(kCallers, [&](int i) {
    return (i % 2 == 0 ? one : other)(&Sessions::RefreshSession, Field("refresh_token", refresh_token));
  });
  for (const auto& refreshed : results) {
    CHECK(Outcome(refreshed) == "OK");
    tokens.insert(StrCat(refreshed->access_token(), " ", refreshed->refresh_token()));
  }
  CHECK(tokens.size() == 1);
}

TEST_CASE("parallel guesses on two processes share one throttle") {
  constexpr int kGuesses = 40;
  // The number of consecutive failures of one account that cause no delay.
  constexpr std::size_t kFreeFailures = 10;
  const Fleet fleet(2);
  const Client one = fleet.Connect(0);
  const Client other = fleet.Connect(1);
  RegisterUser(one, kAda);
  std::multiset<std::string> outcomes;
  for (const std::string& outcome : AllAtOnce(kGuesses, [&](int i) {
         return TrySignIn(i % 2 == 0 ? one : other, StrCat("guess number ", i));
       })) {
    outcomes.insert(outcome);
  }
  const std::size_t judged = outcomes.count("UNAUTHENTICATED CREDENTIALS_INVALID");
  // The first failure beyond the free ones begins the delay.
  CHECK(judged == kFreeFailures + 1);
  CHECK(outcomes.count("RESOURCE_EXHAUSTED SIGN_IN_THROTTLED") == kGuesses - judged);
  CHECK(TrySignIn(one, kPassword) == "RESOURCE_EXHAUSTED SIGN_IN_THROTTLED");
  CHECK(TrySignIn(other, kPassword) == "RESOURCE_EXHAUSTED SIGN_IN_THROTTLED");
}

}  // namespace
}  // namespace keelson::e2e
