// Tests sessions and sign-in throttling over two processes on one database.
#include <catch2/catch.hpp>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/postgres/support/fleet.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/mailbox.h"
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

std::string ResetPassword(const Client& client, const std::string& token, const std::string& new_password) {
  return Outcome(
      client(&Sessions::ResetPassword, StrCat(Field("token", token), Field("new_password", new_password))));
}

// Waits for the reset e-mail to kAda, which one of the processes sends, and returns its token.
std::string AwaitResetToken(const Fleet& fleet) {
  std::string token;
  REQUIRE(Await([&] {
    for (std::size_t i = 0; i < fleet.size(); ++i) {
      for (const Mail& mail : ReadMails(fleet.mail_folder(i))) {
        if (const std::string found = TokenIn(mail, "reset-password"); !found.empty()) token = found;
      }
    }
    return !token.empty();
  }));
  return token;
}

TEST_CASE("a reset token that is spent in parallel on two processes works once") {
  constexpr int kCallers = 20;
  const Fleet fleet(2);
  const Client one = fleet.Connect(0);
  const Client other = fleet.Connect(1);
  RegisterUser(one, kAda);
  REQUIRE(Outcome(one(&Sessions::RequestPasswordReset, Field("email", kAda))) == "OK");
  const std::string token = AwaitResetToken(fleet);
  std::multiset<std::string> outcomes;
  for (const std::string& outcome : AllAtOnce(kCallers, [&](int i) {
         return ResetPassword(i % 2 == 0 ? one : other, token, StrCat("a lantern for night ", i));
       })) {
    outcomes.insert(outcome);
  }
  CHECK(outcomes.count("OK") == 1);
  CHECK(outcomes.count("INVALID_ARGUMENT TOKEN_INVALID") == kCallers - 1);
}

TEST_CASE("a hundred parallel requests on two processes send one reset e-mail") {
  constexpr int kCallers = 100;
  const Fleet fleet(2);
  const Client one = fleet.Connect(0);
  const Client other = fleet.Connect(1);
  RegisterUser(one, kAda);
  const auto request = [&](int i) {
    return Outcome((i % 2 == 0 ? one : other)(&Sessions::RequestPasswordReset, Field("email", kAda)));
  };
  CHECK(AllAtOnce(kCallers, request) == std::vector<std::string>(kCallers, "OK"));
  AwaitResetToken(fleet);
  const auto listed = one(&Notifications::ListMessages, Field("to", kAda));
  REQUIRE(Outcome(listed) == "OK");
  std::multiset<std::string> templates;
  for (const auto& message : listed->messages()) templates.insert(message.template_());
  CHECK(templates == std::multiset<std::string>{"password_reset", "verify_email"});
}

TEST_CASE("a spent refresh token ends the session on both processes after the grace period") {
  const Fleet fleet(2, {"sessions.refresh_grace=0s"});
  const Client one = fleet.Connect(0);
  const Client other = fleet.Connect(1);
  RegisterUser(one, kAda);
  const std::string spent = SignIn(one, kAda).refresh_token();
  const auto refreshed = one(&Sessions::RefreshSession, Field("refresh_token", spent));
  REQUIRE(Outcome(refreshed) == "OK");
  CHECK(Outcome(other(&Sessions::RefreshSession, Field("refresh_token", spent))) ==
        "UNAUTHENTICATED REFRESH_TOKEN_REUSED");
  CHECK(Introspect(one, refreshed->access_token()) == kSessionInvalid);
  CHECK(Introspect(other, refreshed->access_token()) == kSessionInvalid);
}

TEST_CASE("no session of a sign-in that races a password change on another process survives the change") {
  constexpr int kCallers = 8;
  const Fleet fleet(2);
  const Client one = fleet.Connect(0);
  const Client other = fleet.Connect(1);
  const std::string user_id = RegisterUser(one, kAda);
  const auto call = [&](int i) {
    if (i > 0) return TrySignIn(other, kPassword);
    return Outcome(
        one(&Sessions::ChangePassword, StrCat(Field("user_id", user_id), Field("current_password", kPassword),
                                              Field("new_password", "a lantern for the night shift"))));
  };
  CHECK(AllAtOnce(kCallers, call).front() == "OK");
  CHECK(other(&Sessions::ListSessions, Field("user_id", user_id))->sessions().empty());
}

}  // namespace
}  // namespace keelson::e2e
