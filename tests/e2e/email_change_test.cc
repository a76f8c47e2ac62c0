// Tests the change of an e-mail address over the real binary: the token at the new address, the notice at the
// previous address, and sign-in afterwards.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

constexpr char kOld[] = "ada@example.com";
constexpr char kNew[] = "Ada.L@example.org";
constexpr char kTokenInvalid[] = "INVALID_ARGUMENT TOKEN_INVALID";

std::string StartChange(const Client& client, const std::string& user_id, const std::string& new_email) {
  return Outcome(
      client(&Accounts::StartEmailChange, StrCat(Field("user_id", user_id), Field("new_email", new_email))));
}

auto Confirm(const Client& client, const std::string& token) {
  return client(&Accounts::ConfirmEmailChange, Field("token", token));
}

std::string SignInOutcome(const Client& client, const std::string& email) {
  return Outcome(client(&Sessions::SignIn, StrCat(Field("email", email), Field("password", kPassword))));
}

// Returns the token in the newest of `count` e-mails to the address.
std::string ChangeTokenAt(const ServiceProcess& service, const std::string& address, std::size_t count) {
  return TokenIn(AwaitMails(service.mail_folder(), address, count).back(), "confirm-email");
}

TEST_CASE("a user confirms a new address and signs in by the new address") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kOld);
  const std::string verification = TokenIn(AwaitMails(service.mail_folder(), kOld, 1).front());
  const std::string access_token = SignIn(client, kOld).access_token();

  // The cooldown of the account permits one change.
  for (int i = 0; i < 3; ++i) CHECK(StartChange(client, user_id, kNew) == "OK");
  const std::string token = ChangeTokenAt(service, kNew, 1);
  REQUIRE_FALSE(token.empty());
  const Mail notice = AwaitMails(service.mail_folder(), kOld, 2).back();
  CHECK_THAT(notice.text, Catch::Contains("New address: A***@example.org"));
  CHECK(TokenIn(notice, "confirm-email").empty());
  CHECK(SignInOutcome(client, kNew) == "UNAUTHENTICATED CREDENTIALS_INVALID");
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == kTokenInvalid);

  const auto confirmed = Confirm(client, StrCat(" ", token, " "));
  REQUIRE(Outcome(confirmed) == "OK");
  CHECK(confirmed->user().id() == user_id);
  CHECK(confirmed->user().email() == kNew);
  CHECK(confirmed->user().has_email_verify_time());
  CHECK(Outcome(Confirm(client, token)) == kTokenInvalid);
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", verification))) == kTokenInvalid);

  const auto introspected = client(&Sessions::IntrospectSession, Field("access_token", access_token));
  REQUIRE(Outcome(introspected) == "OK");
  CHECK(introspected->email_verified());
  CHECK(SignInOutcome(client, kNew) == "OK");
  CHECK(SignInOutcome(client, kOld) == "UNAUTHENTICATED CREDENTIALS_INVALID");
  RegisterUser(client, kOld);
  AwaitMails(service.mail_folder(), kOld, 3);
  CHECK(CountMails(service.mail_folder()) == 4);
  CHECK(service.Stop() == 0);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
}

TEST_CASE("a pending change survives a restart, and a newer change supersedes an older one") {
  const Folder folder;
  std::string user_id, older, newer;
  {
    ServiceProcess service(folder.path(), {"accounts.resend_cooldown=0s"});
    const Client client = service.Connect();
    user_id = RegisterUser(client, kOld);
    REQUIRE(StartChange(client, user_id, kNew) == "OK");
    older = ChangeTokenAt(service, kNew, 1);
    REQUIRE(StartChange(client, user_id, "newer@example.org") == "OK");
    newer = ChangeTokenAt(service, "newer@example.org", 1);
    CHECK(service.Stop() == 0);
  }
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  CHECK(Outcome(Confirm(client, older)) == kTokenInvalid);
  CHECK(Confirm(client, newer)->user().email() == "newer@example.org");
}

TEST_CASE("a confirmation token that is spent in parallel works once") {
  constexpr int kCallers = 20;
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  REQUIRE(StartChange(client, RegisterUser(client, kOld), kNew) == "OK");
  const std::string token = ChangeTokenAt(service, kNew, 1);
  const std::vector<std::string> outcomes =
      AllAtOnce(kCallers, [&](int) { return Outcome(Confirm(client, token)); });
  CHECK(std::count(outcomes.begin(), outcomes.end(), "OK") == 1);
  CHECK(std::count(outcomes.begin(), outcomes.end(), kTokenInvalid) == kCallers - 1);
}

TEST_CASE("exactly one of many accounts that confirm one address in parallel gets the address") {
  constexpr int kAccounts = 10;
  const Folder folder;
  ServiceProcess service(folder.path(), {"accounts.resend_cooldown=0s"});
  const Client client = service.Connect();
  std::vector<std::string> tokens;
  for (int i = 0; i < kAccounts; ++i) {
    REQUIRE(StartChange(client, RegisterUser(client, StrCat("user", i, "@example.com")), kNew) == "OK");
    tokens.push_back(ChangeTokenAt(service, kNew, tokens.size() + 1));
  }
  const std::vector<std::string> outcomes = AllAtOnce(
      kAccounts, [&](int i) { return Outcome(Confirm(client, tokens[static_cast<std::size_t>(i)])); });
  CHECK(std::count(outcomes.begin(), outcomes.end(), "OK") == 1);
  CHECK(std::count(outcomes.begin(), outcomes.end(), "ALREADY_EXISTS EMAIL_TAKEN") == kAccounts - 1);
}

TEST_CASE("a change to a taken address fails, or notifies its holder if existing addresses are concealed") {
  const Folder folder;
  std::string user_id;
  {
    ServiceProcess service(folder.path());
    const Client client = service.Connect();
    user_id = RegisterUser(client, kOld);
    RegisterUser(client, kNew);
    CHECK(StartChange(client, user_id, "ada.l@EXAMPLE.org") == "ALREADY_EXISTS EMAIL_TAKEN");
    AwaitMails(service.mail_folder(), kOld, 1);
    AwaitMails(service.mail_folder(), kNew, 1);
    CHECK(service.Stop() == 0);
  }
  ServiceProcess service(folder.path(), {"accounts.conceal_existing_email=true"});
  CHECK(StartChange(service.Connect(), user_id, "ada.l@EXAMPLE.org") == "OK");
  const Mail told = AwaitMails(service.mail_folder(), kNew, 2).back();
  CHECK_THAT(told.subject, Catch::Contains("already have an account"));
  CHECK(TokenIn(told, "confirm-email").empty());
  CHECK_THAT(AwaitMails(service.mail_folder(), kOld, 2).back().text, Catch::Contains("***@EXAMPLE.org"));
}

TEST_CASE("a change names every invalid field and fails for an unknown or inactive user") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const auto invalid = client(&Accounts::StartEmailChange, "user_id: 'ada' new_email: 'nobody'");
  CHECK(Outcome(invalid) == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(BadFields(invalid.status) == " user_id new_email");
  CHECK(Outcome(Confirm(client, "")) == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(Outcome(Confirm(client, "unknown")) == kTokenInvalid);
  CHECK(StartChange(client, "user_01h455vb4pex5vsknk084sn02q", kNew) == "NOT_FOUND USER_NOT_FOUND");
  const std::string user_id = RegisterUser(client, kOld);
  CHECK(StartChange(client, user_id, " ADA@Example.com ") == "INVALID_ARGUMENT FIELD_INVALID");
  REQUIRE(StartChange(client, user_id, kNew) == "OK");
  const std::string token = ChangeTokenAt(service, kNew, 1);
  REQUIRE(Outcome(client(&Accounts::SuspendUser, Field("id", user_id))) == "OK");
  CHECK(StartChange(client, user_id, "other@example.org") == "FAILED_PRECONDITION USER_STATE");
  CHECK(Outcome(Confirm(client, token)) == "FAILED_PRECONDITION USER_STATE");
}

}  // namespace
}  // namespace keelson::e2e
