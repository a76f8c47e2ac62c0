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
