// Tests EraseUser, ExportUser and the erasure at the end of the retention period with the real binary.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <fstream>
#include <sstream>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

// Occurs in all personal data of the planted user.
constexpr char kPlanted[] = "zyx9planted";
constexpr char kPlantedEmail[] = "zyx9planted.address@example.com";

// Returns the number of occurrences, ignoring case.
std::size_t CountPlanted(std::string bytes) {
  std::transform(bytes.begin(), bytes.end(), bytes.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::size_t count = 0;
  for (std::size_t at = bytes.find(kPlanted); at != std::string::npos; at = bytes.find(kPlanted, at + 1)) {
    ++count;
  }
  return count;
}

// Returns the bytes of all files of a SQLite database, or of all tables of a PostgreSQL database.
std::string DatabaseBytes(const std::filesystem::path& folder) {
  if (OnPostgres()) return StoredBytes(folder);
  std::ostringstream bytes;
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    bytes << std::ifstream(StrCat((folder / "keelson.db").string(), suffix), std::ios::binary).rdbuf();
    bytes.clear();  // an empty file sets the error state
  }
  return bytes.str();
}

std::string RegisterPlanted(const Client& client) {
  const auto user =
      client(&Accounts::RegisterUser,
             StrCat("request_id: 'r1' ", Field("email", kPlantedEmail),
                    Field("password", "Zyx9Planted password"), "display_name: 'Zyx9Planted Name' ",
                    "labels { key: 'zyx9planted-label' value: 'Zyx9Planted value' }"));
  REQUIRE(Outcome(user) == "OK");
  return user->user().id();
}

accounts::v1::User LoadUser(const Client& client, const std::string& id) {
  const auto response = client(&Accounts::GetUser, Field("id", id));
  REQUIRE(Outcome(response) == "OK");
  return response->user();
}

TEST_CASE("an erased user leaves no personal data in the database and in the log") {
  const Folder folder;
  std::string id;
  std::string logs;
  {
    ServiceProcess service(folder.path(), {"telemetry.log_level=debug"});
    const Client client = service.Connect();
    id = RegisterPlanted(client);
    AwaitMails(service.mail_folder(), kPlantedEmail, 1);
    CHECK(Outcome(client(&Sessions::SignIn,
                         StrCat(Field("email", kPlantedEmail), Field("password", "Zyx9Planted password"),
                                "user_agent: 'Zyx9Planted agent' ip_address: '192.0.2.1'"))) == "OK");
    CHECK(service.Stop() == 0);
    logs = service.process().errors();
  }
  // The state of a message that no provider accepted.
  ExecuteInStore(folder.path(),
                 "UPDATE messages SET state = 4, send_time = NULL, body_text = 'Zyx9Planted body', "
                 "last_error = 'no mailbox zyx9planted'");

  ServiceProcess service(folder.path(), {"telemetry.log_level=debug"});
  const Client client = service.Connect();
  const std::string order_id = CreateOrder(client, id, 1, 500);
  CHECK(Outcome(client(
            &Accounts::UpdateUser,
            StrCat("request_id: 'u1' user { ", Field("id", id),
                   "display_name: 'Zyx9Planted Again' } update_mask { paths: 'display_name' }"))) == "OK");
  CHECK(Outcome(client(&Sessions::SignIn, StrCat(Field("email", kPlantedEmail), "password: 'wrong one'"))) ==
        "UNAUTHENTICATED CREDENTIALS_INVALID");
  CHECK(Outcome(client(&Sessions::RequestPasswordReset, Field("email", kPlantedEmail))) == "OK");
  AwaitMails(service.mail_folder(), kPlantedEmail, 2);
  const std::string exported = client(&Accounts::ExportUser, Field("id", id))->json();
  CHECK(CountPlanted(exported) > 5);
  CHECK(exported.find(order_id) != std::string::npos);
  CHECK(CountPlanted(DatabaseBytes(folder.path())) > 5);

  const std::string request = StrCat("request_id: 'e1' reason: 'on request' ", Field("id", id));
  const auto erased = client(&Accounts::EraseUser, request);
  REQUIRE(Outcome(erased) == "OK");
  CHECK(CountPlanted(DatabaseBytes(folder.path())) == 0);
  CHECK(erased->user().state() == accounts::v1::USER_STATE_ERASED);
  CHECK(erased->user().email().empty());
  CHECK(LoadUser(client, id).SerializeAsString() == erased->user().SerializeAsString());
  CHECK(client(&Accounts::EraseUser, request)->SerializeAsString() == erased->SerializeAsString());
  CHECK(Outcome(client(&Accounts::EraseUser, Field("id", id))) == "FAILED_PRECONDITION USER_STATE");
  CHECK(client(&Orders::GetOrder, Field("id", order_id))->order().user_id() == id);
  const auto export_of_erased = client(&Accounts::ExportUser, Field("id", id));
  CHECK(CountPlanted(export_of_erased->json()) == 0);
  CHECK(export_of_erased->json().find("user.erased") != std::string::npos);

  RegisterUser(client, kPlantedEmail);
  CHECK(service.Stop() == 0);
  logs += service.process().errors();
  CHECK(logs.find("EraseUser") != std::string::npos);
  CHECK(CountPlanted(logs) == 0);
  const CommandResult verified = RunOnStore(folder.path(), {"verify"});
  INFO(verified.output);
  CHECK(verified.exit_code == 0);
}

TEST_CASE("the service erases a deleted user at the end of the retention period") {
  const Folder folder;
  std::string id;
  {
    ServiceProcess service(folder.path(), {"accounts.retention=0s"});
    const Client client = service.Connect();
    id = RegisterPlanted(client);
    AwaitMails(service.mail_folder(), kPlantedEmail, 1);
    REQUIRE(Outcome(client(&Accounts::DeleteUser, Field("id", id))) == "OK");
    CHECK(service.Stop() == 0);
  }
  // The job runs at the start and every minute.
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  CHECK(Await([&] { return LoadUser(client, id).state() == accounts::v1::USER_STATE_ERASED; }));
  CHECK(CountPlanted(DatabaseBytes(folder.path())) == 0);
  CHECK(service.Stop() == 0);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
}

}  // namespace
}  // namespace keelson::e2e
