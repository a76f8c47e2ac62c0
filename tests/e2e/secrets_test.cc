// Tests that logs contain neither passwords nor tokens, that the database contains no password, and that a
// token is erased from the database when its message is sent.
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

constexpr char kEmail[] = "ada.lovelace@example.com";

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE(
    "no secret is logged, no password is stored in plain text, and no token of a sent message is stored") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"telemetry.log_level=debug"});
  const Client client = service.Connect();
  RegisterUser(client, kEmail);
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), kEmail, 1).front());
  REQUIRE_FALSE(token.empty());
  CHECK(Outcome(
            client(&Accounts::RegisterUser, StrCat(Field("email", kEmail), Field("password", kPassword)))) ==
        "ALREADY_EXISTS EMAIL_TAKEN");
  CHECK(Outcome(client(&Accounts::RegisterUser, "email: 'Secret.Address' password: 'hunter2'")) ==
        "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", token + "x"))) ==
        "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == "OK");
  AwaitMails(service.mail_folder(), kEmail, 2);

  CHECK_FALSE(Contains(StoredBytes(folder.path()), kPassword));
  CHECK(service.Stop() == 0);
  const std::string logs = service.process().errors() + service.process().output();
  CHECK(Contains(logs, "RegisterUser"));
  for (const std::string& secret :
       {std::string(kPassword), token, std::string("hunter2"), std::string("Secret.Address"),
        std::string(kEmail), std::string("$argon2id$")}) {
    INFO("a log holds " << secret);
    CHECK_FALSE(Contains(logs, secret));
  }
  const std::string database = StoredBytes(folder.path());
  CHECK(Contains(database, "$argon2id$"));
  CHECK_FALSE(Contains(database, kPassword));
  CHECK_FALSE(Contains(database, token));
}

TEST_CASE("no method of SessionService logs a secret or stores a session's token") {
  constexpr char kChanged[] = "a lantern for the night shift";
  constexpr char kReset[] = "a harbour under heavy snow";
  const Folder folder;
  ServiceProcess service(folder.path(), {"telemetry.log_level=debug"});
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kEmail);
  AwaitMails(service.mail_folder(), kEmail, 1);
  const sessions::v1::SignInResponse first = SignIn(client, kEmail);
  const auto second = client(&Sessions::RefreshSession, Field("refresh_token", first.refresh_token()));
  CHECK(Outcome(client(&Sessions::IntrospectSession, Field("access_token", second->access_token()))) == "OK");
  CHECK(Outcome(client(&Sessions::IntrospectSession, "access_token: 'hunter2'")) ==
        "UNAUTHENTICATED SESSION_INVALID");
  CHECK(Outcome(client(&Sessions::RefreshSession, "refresh_token: 'hunter2'")) ==
        "UNAUTHENTICATED REFRESH_TOKEN_INVALID");
  CHECK(Outcome(client(&Sessions::SignIn, StrCat(Field("email", kEmail), "password: 'hunter2'"))) ==
        "UNAUTHENTICATED CREDENTIALS_INVALID");
  CHECK(Outcome(client(&Sessions::SignIn, "email: 'Secret.Address' password: 'hunter2'")) ==
        "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(Outcome(client(&Sessions::ChangePassword,
                       StrCat(Field("user_id", user_id), Field("current_password", kPassword),
                              Field("new_password", kChanged)))) == "OK");
  CHECK(Outcome(client(&Sessions::RequestPasswordReset, Field("email", kEmail))) == "OK");
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), kEmail, 3).back(), "reset-password");
  REQUIRE_FALSE(token.empty());
  CHECK(Outcome(client(&Sessions::ResetPassword, "token: 'hunter2' new_password: 'hunter2'")) ==
        "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(Outcome(client(&Sessions::ResetPassword,
                       StrCat(Field("token", token), Field("new_password", kReset)))) == "OK");
  const sessions::v1::SignInResponse last = SignIn(client, kEmail, kReset);
  AwaitMails(service.mail_folder(), kEmail, 4);
  CHECK(Outcome(client(&Sessions::ListSessions, Field("user_id", user_id))) == "OK");
  CHECK(Outcome(client(&Sessions::RevokeAllSessions, Field("user_id", user_id))) == "OK");
  CHECK(Outcome(client(&Sessions::RevokeSession, Field("access_token", last.access_token()))) ==
        "UNAUTHENTICATED SESSION_INVALID");
  CHECK(service.Stop() == 0);

  const std::string logs = service.process().errors() + service.process().output();
  CHECK(Contains(logs, "ChangePassword"));
  const std::string database = StoredBytes(folder.path());
  const std::vector<std::string> secrets = {kPassword,
                                            kChanged,
                                            kReset,
                                            token,
                                            first.access_token(),
                                            first.refresh_token(),
                                            second->access_token(),
                                            second->refresh_token(),
                                            last.access_token(),
                                            last.refresh_token(),
                                            "hunter2"};
  for (const std::string& secret : secrets) {
    INFO("a log or the database holds " << secret);
    CHECK_FALSE(Contains(logs, secret));
    CHECK_FALSE(Contains(database, secret));
  }
  for (const char* personal : {kEmail, "Secret.Address", "$argon2id$"}) CHECK_FALSE(Contains(logs, personal));
}

TEST_CASE("no method of AccountService logs an address, a name, a label or the reason of a change") {
  const Folder folder;
  ServiceProcess service(folder.path(),
                         {"telemetry.log_level=debug", "accounts.conceal_existing_email=true"});
  const Client client = service.Connect();
  const std::string registration =
      StrCat(Field("email", kEmail), Field("password", kPassword),
             "display_name: 'Planted Name' labels { key: 'planted-key' value: 'planted-value' }");
  for (int i = 0; i < 2; ++i) CHECK(Outcome(client(&Accounts::RegisterUser, registration)) == "OK");
  const std::string by_email = Field("email", kEmail);
  const auto found = client(&Accounts::GetUserByEmail, by_email);
  REQUIRE(Outcome(found) == "OK");
  const std::string id = Field("id", found->user().id());
  CHECK(Outcome(client(&Accounts::ResendVerification, by_email)) == "OK");
  CHECK(Outcome(client(&Accounts::ListUsers, StrCat("email_prefix: '", kEmail, "'"))) == "OK");
  CHECK(Outcome(client(&Accounts::UpdateUser,
                       StrCat("user { ", id, "display_name: 'Planted Update' } update_mask { paths: ",
                              "'display_name' }"))) == "OK");
  const std::string step = StrCat(id, "reason: 'planted reason'");
  CHECK(Outcome(client(&Accounts::SuspendUser, step)) == "OK");
  CHECK(Outcome(client(&Accounts::SuspendUser, step)) == "FAILED_PRECONDITION USER_STATE");
  CHECK(Outcome(client(&Accounts::ReinstateUser, step)) == "OK");
  CHECK(Outcome(client(&Accounts::DeleteUser, step)) == "OK");
  CHECK(Outcome(client(&Accounts::UndeleteUser, id)) == "OK");
  CHECK(service.Stop() == 0);
  const std::string logs = service.process().errors() + service.process().output();
  CHECK(Contains(logs, "UndeleteUser"));
  for (const char* planted : {kEmail, "Planted Name", "planted-key", "planted-value", "Planted Update",
                              "planted reason", kPassword, "$argon2id$"}) {
    INFO("a log holds " << planted);
    CHECK_FALSE(Contains(logs, planted));
  }
}

TEST_CASE("an e-mail change logs no token and no address, and stores no token of a sent message") {
  constexpr char kChanged[] = "ada.byron@example.org";
  const Folder folder;
  ServiceProcess service(folder.path(), {"telemetry.log_level=debug"});
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kEmail);
  const auto start = [&](const std::string& new_email) {
    return Outcome(client(&Accounts::StartEmailChange,
                          StrCat(Field("user_id", user_id), Field("new_email", new_email))));
  };
  const auto confirm = [&](const std::string& token) {
    return Outcome(client(&Accounts::ConfirmEmailChange, Field("token", token)));
  };
  CHECK(start("Secret.Address") == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(start(kEmail) == "INVALID_ARGUMENT FIELD_INVALID");
  RegisterUser(client, "Taken.Address@example.com");
  CHECK(start("Taken.Address@example.com") == "ALREADY_EXISTS EMAIL_TAKEN");
  REQUIRE(start(kChanged) == "OK");
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), kChanged, 1).back(), "confirm-email");
  REQUIRE_FALSE(token.empty());
  AwaitMails(service.mail_folder(), kEmail, 2);
  CHECK(confirm("hunter2") == "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK(confirm(token) == "OK");
  CHECK(confirm(token) == "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK(service.Stop() == 0);

  const std::string logs = service.process().errors() + service.process().output();
  CHECK(Contains(logs, "ConfirmEmailChange"));
  for (const std::string& secret :
       {token, std::string("hunter2"), std::string("Secret.Address"), std::string("Taken.Address"),
        std::string(kEmail), std::string(kChanged)}) {
    INFO("a log holds " << secret);
    CHECK_FALSE(Contains(logs, secret));
  }
  CHECK_FALSE(Contains(StoredBytes(folder.path()), token));
}

TEST_CASE("tokens are erased from the database once their messages are SENT") {
  constexpr int kUsers = 100;
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  for (int i = 0; i < kUsers; ++i) RegisterUser(client, StrCat("user", i, "@example.com"));
  REQUIRE(Await([&] { return CountMails(service.mail_folder()) == kUsers; }));
  CHECK(service.Stop() == 0);
  const std::string database = StoredBytes(folder.path());
  int left = 0;
  for (const Mail& mail : ReadMails(service.mail_folder())) left += Contains(database, TokenIn(mail));
  CHECK(left == 0);
}

bool IsOwnersAlone(const std::filesystem::path& file) {
  using std::filesystem::perms;
  const perms others = perms::group_all | perms::others_all;
  return (std::filesystem::status(file).permissions() & others) == perms::none;
}

TEST_CASE("mail files are readable by their owner only") {
  const Folder folder;
  ServiceProcess service(folder.path());
  RegisterUser(service.Connect(), kEmail);
  CHECK(IsOwnersAlone(service.mail_folder() / AwaitMails(service.mail_folder(), kEmail, 1).front().file));
}

// [sqlite]: the PostgreSQL server, not the service, creates PostgreSQL's files.
TEST_CASE("the database file is readable by its owner only", "[sqlite]") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  CHECK(IsOwnersAlone(folder / "keelson.db"));
}

}  // namespace
}  // namespace keelson::e2e
