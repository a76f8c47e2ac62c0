// Faults of a running service: calls return UNAVAILABLE, health turns NOT_SERVING, and the service recovers
// when the cause is gone.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/database.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/privileges.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {
namespace {

constexpr char kUnavailable[] = "UNAVAILABLE STORE_UNAVAILABLE";

CallResult<accounts::v1::RegisterUserResponse> Register(const Client& client, const std::string& email) {
  return client(&Accounts::RegisterUser,
                StrCat(Field("request_id", email), Field("email", email), Field("password", kPassword)));
}

bool BecomesHealthy(const Client& client, bool healthy) {
  return Await([&] { return client.Health() == (healthy ? "SERVING" : "NOT_SERVING"); });
}

// [sqlite]: the tests lock, move and fill the database file.
TEST_CASE("the service waits for a database that another process has locked, and logs it", "[sqlite]") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, "ada@example.com");
  Database other(folder / "keelson.db");
  other.Execute("BEGIN IMMEDIATE");
  const auto refused = Register(client, "bob@example.com");
  CHECK(Outcome(refused) == kUnavailable);
  CHECK_THAT(refused.status.error_message(), Catch::Contains("keelson.db") && Catch::Contains("locked"));
  CHECK(BecomesHealthy(client, false));
  CHECK(Outcome(client(&Accounts::GetUser, Field("id", user_id))) == "OK");
  other.Execute("ROLLBACK");
  CHECK(BecomesHealthy(client, true));
  CHECK(Outcome(Register(client, "bob@example.com")) == "OK");
}

TEST_CASE("a missing database file turns health NOT_SERVING until it returns", "[sqlite]") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, "ada@example.com");
  std::filesystem::rename(folder / "keelson.db", folder / "away.db");
  CHECK(BecomesHealthy(client, false));
  const auto refused = Register(client, "bob@example.com");
  CHECK(Outcome(refused) == kUnavailable);
  CHECK_THAT(refused.status.error_message(), Catch::Contains("keelson.db"));
  std::filesystem::rename(folder / "away.db", folder / "keelson.db");
  CHECK(BecomesHealthy(client, true));
  CHECK(Outcome(client(&Accounts::GetUser, Field("id", user_id))) == "OK");
  CHECK(Outcome(Register(client, "bob@example.com")) == "OK");
}

TEST_CASE("a full disk loses no acknowledged write, and the service recovers", "[sqlite]") {
  const Folder folder;
  const SmallDisk disk(folder / "disk", "8m");
  if (!disk.mounted()) {
    WARN("skipped: a small file system can't be mounted here");
    return;
  }
  // A message that the killed process had claimed is sent again when its lease expires.
  const ServiceProcess::Settings settings = {"store.sqlite.path=disk/keelson.db",
                                             "email.dispatch.timeout=500ms", "email.dispatch.lease=1s"};
  std::vector<std::string> acknowledged;
  {
    ServiceProcess service(folder.path(), settings);
    const Client client = service.Connect();
    REQUIRE(Outcome(Register(client, "first@example.com")) == "OK");
    // Fills the disk except for 300 kB, so that only a few more writes succeed.
    std::error_code error;
    const auto left = std::filesystem::space(folder / "disk", error).available;
    WriteFile(folder / "disk/filler", std::string(left - std::min<std::uintmax_t>(left, 300'000), 'x'));
    CallResult<accounts::v1::RegisterUserResponse> last;
    for (int i = 0; i < 2000 && last.ok(); ++i) {
      const std::string email = StrCat("user", i, "@example.com");
      last = Register(client, email);
      if (last.ok()) acknowledged.push_back(email);
    }
    CHECK(Outcome(last) == kUnavailable);
    CHECK_THAT(last.status.error_message(), Catch::Contains("keelson.db") && Catch::Contains("full"));
    // A few small writes may still succeed on the full disk.
    int more = 0;
    CHECK(Await([&] {
      const std::string email = StrCat("more", more++, "@example.com");
      if (Register(client, email).ok()) acknowledged.push_back(email);
      return client.Health() == "NOT_SERVING";
    }));
    CHECK(service.process().running());
    CHECK(Outcome(client(&Accounts::GetUserByEmail, "email: 'first@example.com'")) == "OK");

    std::filesystem::remove(folder / "disk/filler");
    CHECK(BecomesHealthy(client, true));
    CHECK(Outcome(Register(client, "after@example.com")) == "OK");
    acknowledged.push_back("after@example.com");
    service.Kill();
  }
  ServiceProcess service(folder.path(), settings);
  const Client client = service.Connect();
  for (const std::string& email : acknowledged) {
    INFO(email);
    CHECK(Outcome(client(&Accounts::GetUserByEmail, Field("email", email))) == "OK");
  }
  CHECK(Await([&] { return CountMails(service.mail_folder()) == acknowledged.size() + 1; }));
}

TEST_CASE("messages wait until the mail directory exists") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"email.circuit.open=100ms"});
  const Client client = service.Connect();
  std::filesystem::remove_all(service.mail_folder());
  WriteFile(service.mail_folder(), "in the way");
  RegisterUser(client, "ada@example.com");
  CHECK(Await([&] { return service.process().errors().find("message.refused") != std::string::npos; }));
  CHECK(client.Health() == "SERVING");
  std::filesystem::remove(service.mail_folder());
  CHECK_FALSE(TokenIn(AwaitMails(service.mail_folder(), "ada@example.com", 1).front()).empty());
}

}  // namespace
}  // namespace keelson::e2e
