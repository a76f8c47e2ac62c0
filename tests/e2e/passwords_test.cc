// Tests sign-in, password reset and password change over the real binary.
#include <catch2/catch.hpp>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/settable_clock.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

constexpr char kAda[] = "ada@example.com";
constexpr char kNewPassword[] = "a lantern for the night shift";
constexpr char kCredentialsInvalid[] = "UNAUTHENTICATED CREDENTIALS_INVALID";
constexpr char kThrottled[] = "RESOURCE_EXHAUSTED SIGN_IN_THROTTLED";
// The number of consecutive failures of one account that cause no delay.
constexpr int kFreeFailures = 10;

auto TrySignIn(const Client& client, const std::string& email, const std::string& password) {
  return client(&Sessions::SignIn, StrCat(Field("email", email), Field("password", password)));
}

std::string Introspect(const Client& client, const std::string& access_token) {
  return Outcome(client(&Sessions::IntrospectSession, Field("access_token", access_token)));
}

std::string Reset(const Client& client, const std::string& token, const std::string& new_password) {
  return Outcome(
      client(&Sessions::ResetPassword, StrCat(Field("token", token), Field("new_password", new_password))));
}

TEST_CASE("an unknown address, a wrong password and an unverified account get the same response") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"accounts.require_verified_email=true"});
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  const grpc::Status unknown = TrySignIn(client, "nobody@example.com", kPassword).status;
  CHECK(Outcome(unknown) == kCredentialsInvalid);
  for (const char* password : {"a wrong password", kPassword}) {
    const grpc::Status refused = TrySignIn(client, kAda, password).status;
    CHECK(refused.error_code() == unknown.error_code());
    CHECK(refused.error_message() == unknown.error_message());
    CHECK(refused.error_details() == unknown.error_details());
  }
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), kAda, 1).front());
  REQUIRE(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == "OK");
  CHECK(Outcome(TrySignIn(client, kAda, kPassword)) == "OK");
}

TEST_CASE("a sign-in names every invalid field") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const auto refused = service.Connect()(
      &Sessions::SignIn, StrCat("user_agent: 'two\\nlines' ", Field("ip_address", "256.0.0.1")));
  CHECK(Outcome(refused) == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(BadFields(refused.status) == " email password user_agent ip_address");
}

TEST_CASE("repeated failures delay sign-in for known and unknown addresses, but end no session") {
  const Folder folder;
  SettableClock clock(folder);
  ServiceProcess service(folder.path(), {}, ServiceProcess::Expect::kServing, clock.options());
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  const std::string live = SignIn(client, kAda).access_token();
  for (const char* email : {kAda, "nobody@example.com"}) {
    INFO(email);
    // The first failure beyond the free ones begins the delay.
    for (int i = 0; i <= kFreeFailures; ++i) {
      CHECK(Outcome(TrySignIn(client, email, "a wrong password")) == kCredentialsInvalid);
    }
    const auto throttled = TrySignIn(client, email, kPassword);
    CHECK(Outcome(throttled) == kThrottled);
    const auto retry = RetryAfter(throttled.status);
    REQUIRE(retry);
    CHECK(retry->retry_delay().seconds() >= 28);
    CHECK(retry->retry_delay().seconds() <= 30);
  }
  CHECK(Introspect(client, live) == "OK");
  clock.Step(std::chrono::seconds(31));
  CHECK(Outcome(TrySignIn(client, kAda, kPassword)) == "OK");
}

TEST_CASE("a password reset by e-mail ends every session and works once") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  AwaitMails(service.mail_folder(), kAda, 1);
  const sessions::v1::SignInResponse before = SignIn(client, kAda);
  CHECK(Outcome(client(&Sessions::RequestPasswordReset, "email: 'nobody@example.com'")) == "OK");
  // The cooldown of the address permits one e-mail.
  for (int i = 0; i < 3; ++i) {
    CHECK(Outcome(client(&Sessions::RequestPasswordReset, Field("email", kAda))) == "OK");
  }
  const Mail mail = AwaitMails(service.mail_folder(), kAda, 2).back();
  CHECK_THAT(mail.text, Catch::Contains("one hour"));
  const std::string token = TokenIn(mail, "reset-password");
  REQUIRE_FALSE(token.empty());

  CHECK(Reset(client, token, "password") == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK(Reset(client, token, kNewPassword) == "OK");
  CHECK(Reset(client, token, kNewPassword) == "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK(Introspect(client, before.access_token()) == "UNAUTHENTICATED SESSION_INVALID");
  CHECK(Outcome(client(&Sessions::RefreshSession, Field("refresh_token", before.refresh_token()))) ==
        "UNAUTHENTICATED REFRESH_TOKEN_INVALID");
  CHECK(Outcome(TrySignIn(client, kAda, kPassword)) == kCredentialsInvalid);
  CHECK(Outcome(TrySignIn(client, kAda, kNewPassword)) == "OK");
  CHECK_THAT(AwaitMails(service.mail_folder(), kAda, 3).back().text,
             Catch::Contains("has just been changed"));
  CHECK(CountMails(service.mail_folder()) == 3);
  CHECK(service.Stop() == 0);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
}

TEST_CASE("a reset token that is spent in parallel works once") {
  constexpr int kCallers = 20;
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  AwaitMails(service.mail_folder(), kAda, 1);
  REQUIRE(Outcome(client(&Sessions::RequestPasswordReset, Field("email", kAda))) == "OK");
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), kAda, 2).back(), "reset-password");
  std::multiset<std::string> outcomes;
  for (const std::string& outcome :
       AllAtOnce(kCallers, [&](int i) { return Reset(client, token, StrCat(kNewPassword, " ", i)); })) {
    outcomes.insert(outcome);
  }
  CHECK(outcomes.count("OK") == 1);
  CHECK(outcomes.count("INVALID_ARGUMENT TOKEN_INVALID") == kCallers - 1);
}

TEST_CASE("a reset link expires after accounts.reset_ttl") {
  const Folder folder;
  SettableClock clock(folder);
  ServiceProcess service(folder.path(), {"accounts.reset_ttl=2h"}, ServiceProcess::Expect::kServing,
                         clock.options());
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  AwaitMails(service.mail_folder(), kAda, 1);
  REQUIRE(Outcome(client(&Sessions::RequestPasswordReset, Field("email", kAda))) == "OK");
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), kAda, 2).back(), "reset-password");
  clock.Step(std::chrono::minutes(121));
  CHECK(Reset(client, token, kNewPassword) == "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK(Outcome(TrySignIn(client, kAda, kPassword)) == "OK");
}

TEST_CASE("a password change needs the current password and keeps one session") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kAda);
  AwaitMails(service.mail_folder(), kAda, 1);
  const sessions::v1::SignInResponse kept = SignIn(client, kAda);
  const sessions::v1::SignInResponse ended = SignIn(client, kAda);
  const auto change = [&](const std::string& request_id, const std::string& current_password) {
    return Outcome(
        client(&Sessions::ChangePassword,
               StrCat(Field("request_id", request_id), Field("user_id", user_id),
                      Field("current_password", current_password), Field("new_password", kNewPassword),
                      Field("keep_session_id", kept.session().id()))));
  };
  CHECK(change("c1", "a wrong password") == kCredentialsInvalid);
  CHECK(Introspect(client, ended.access_token()) == "OK");
  CHECK(change("c1", kPassword) == "OK");
  // The request id makes the repeated call safe, although the current password has changed.
  CHECK(change("c1", kPassword) == "OK");
  CHECK(change("c2", kPassword) == kCredentialsInvalid);
  CHECK(Introspect(client, kept.access_token()) == "OK");
  CHECK(Introspect(client, ended.access_token()) == "UNAUTHENTICATED SESSION_INVALID");
  CHECK(Outcome(TrySignIn(client, kAda, kPassword)) == kCredentialsInvalid);
  CHECK(Outcome(TrySignIn(client, kAda, kNewPassword)) == "OK");
  CHECK_THAT(AwaitMails(service.mail_folder(), kAda, 2).back().text,
             Catch::Contains("has just been changed"));
}

TEST_CASE(
    "a hundred parallel requests for a link send one e-mail of each template, for known addresses only") {
  constexpr int kCallers = 100;
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  RegisterUser(client, kAda);
  AwaitMails(service.mail_folder(), kAda, 1);
  const auto request = [&](int i) {
    const std::string email = Field("email", i % 2 == 0 ? "ADA@example.com" : "nobody@example.com");
    return i % 4 < 2 ? Outcome(client(&Sessions::RequestPasswordReset, email))
                     : Outcome(client(&Accounts::ResendVerification, email));
  };
  CHECK(AllAtOnce(kCallers, request) == std::vector<std::string>(kCallers, "OK"));
  AwaitMails(service.mail_folder(), kAda, 3);
  // Messages are sent in order: any further message would be counted below.
  RegisterUser(client, "bob@example.com");
  AwaitMails(service.mail_folder(), "bob@example.com", 1);
  CHECK(CountMails(service.mail_folder()) == 4);
}

TEST_CASE("no session of a sign-in that races a password change survives the change") {
  constexpr int kRounds = 5;
  // Fewer than kFreeFailures, because each attempt counts as failed until its password is verified.
  constexpr int kCallers = 8;
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kAda);
  std::string current = kPassword;
  for (int round = 0; round < kRounds; ++round) {
    // Clears the failures of the round before.
    std::vector<std::string> tokens = {SignIn(client, kAda, current).access_token()};
    const std::string chosen = StrCat(kNewPassword, " ", round);
    const auto call = [&](int i) {
      if (i == kCallers / 2) {
        return Outcome(client(&Sessions::ChangePassword,
                              StrCat(Field("user_id", user_id), Field("current_password", current),
                                     Field("new_password", chosen))));
      }
      const auto signed_in = TrySignIn(client, kAda, current);
      return signed_in.ok() ? signed_in->access_token() : Outcome(signed_in);
    };
    const std::vector<std::string> results = AllAtOnce(kCallers, call);
    REQUIRE(results[kCallers / 2] == "OK");
    for (const std::string& result : results) {
      if (result != "OK" && result != kCredentialsInvalid) tokens.push_back(result);
    }
    for (const std::string& token : tokens) {
      INFO(token);
      CHECK(Introspect(client, token) == "UNAUTHENTICATED SESSION_INVALID");
    }
    CHECK(client(&Sessions::ListSessions, Field("user_id", user_id))->sessions().empty());
    current = chosen;
  }
}

TEST_CASE("the throttle of an address survives kill -9") {
  const Folder folder;
  {
    ServiceProcess service(folder.path());
    const Client client = service.Connect();
    RegisterUser(client, kAda);
    for (int i = 0; i <= kFreeFailures; ++i) TrySignIn(client, kAda, "a wrong password");
    service.Kill();
  }
  const ServiceProcess service(folder.path());
  CHECK(Outcome(TrySignIn(service.Connect(), kAda, kPassword)) == kThrottled);
}

TEST_CASE("the first sign-in replaces an imported hash, and one with weaker parameters than configured") {
  const Folder folder;
  const auto sign_in = [&](const ServiceProcess::Settings& settings) {
    ServiceProcess service(folder.path(), settings);
    CHECK(Outcome(TrySignIn(service.Connect(), kAda, "a wrong password")) == kCredentialsInvalid);
    CHECK(Outcome(TrySignIn(service.Connect(), kAda, kPassword)) == "OK");
    CHECK(service.Stop() == 0);
  };
  const auto stores = [&](const std::string& hash) {
    return StoredBytes(folder.path()).find(hash) != std::string::npos;
  };
  {
    ServiceProcess service(folder.path());
    RegisterUser(service.Connect(), kAda);
    CHECK(service.Stop() == 0);
  }
  const std::string bcrypt = "$2b$04$abcdefghijklmnopqrstuunP647anY6lkP4mZ7Gh/U3rYsT0KNmjq";
  ExecuteInStore(folder.path(), StrCat("UPDATE credentials SET password_hash = '", bcrypt, "'"));
  CHECK(stores(bcrypt));
  sign_in({});
  CHECK_FALSE(stores(bcrypt));
  CHECK(stores("$argon2id$v=19$m=8,t=1,p=1$"));
  sign_in({"passwords.argon2_memory=16KiB", "passwords.argon2_iterations=3"});
  CHECK_FALSE(stores("$argon2id$v=19$m=8,t=1,p=1$"));
  CHECK(stores("$argon2id$v=19$m=16,t=3,p=1$"));
}

}  // namespace
}  // namespace keelson::e2e
