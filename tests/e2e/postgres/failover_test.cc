// Failover: the primary stops and a standby is promoted. Services connect to the new primary with the same
// URL.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"
#include "tests/support/postgres/postgres_standby.h"

namespace keelson::e2e {
namespace {

constexpr int kCallers = 8;
constexpr int kBefore = 100;
constexpr int kAfter = 50;

// The responses that one caller received: the registered users, and all errors other than UNAVAILABLE.
struct CallerResult {
  std::vector<std::pair<std::string, std::string>> users;
  std::string faults;
};

// Registers one address after another until `over`, and repeats a call while it returns UNAVAILABLE.
CallerResult RegisterUntil(const std::atomic<bool>& over, const Client& client, const std::string& name,
                           std::atomic<int>& acknowledged) {
  CallerResult result;
  for (int i = 0; !over; ++i) {
    const std::string email = StrCat(name, "-", i, "@example.com");
    CallResult<accounts::v1::RegisterUserResponse> answer;
    Await([&] {
      answer = client(&Accounts::RegisterUser, StrCat(Field("request_id", email), Field("email", email),
                                                      Field("password", kPassword)));
      return answer.status.error_code() != grpc::StatusCode::UNAVAILABLE;
    });
    if (!answer.ok())
      result.faults += StrCat(email, ": ", Outcome(answer), " ", answer.status.error_message(), "\n");
    if (answer.ok()) result.users.emplace_back(email, answer->user().id());
    ++acknowledged;
  }
  return result;
}

TEST_CASE("a failover loses no acknowledged write and needs no restart of the service") {
  servers::PostgresServer primary;
  primary.CreateDatabase("app");
  servers::PostgresStandby standby(primary);
  standby.MakeSynchronous();
  const Folder folder;
  ServiceProcess::Settings settings = PostgresSettings(FailoverUrl(primary, standby.server(), "app"));
  settings.emplace_back("passwords.queue=1000");
  ServiceProcess service(folder.path(), settings);
  const Client client = service.Connect();
  std::atomic<bool> over = false;
  std::atomic<int> acknowledged = 0;
  std::vector<CallerResult> results;
  std::jthread load([&] {
    results = AllAtOnce(
        kCallers, [&](int i) { return RegisterUntil(over, client, StrCat("caller", i), acknowledged); });
  });
  CHECK(Await([&] { return acknowledged >= kBefore; }));
  primary.Stop(servers::PostgresServer::Stopping::kImmediate);
  CHECK(Await([&] { return client.Health() == "NOT_SERVING"; }));
  standby.Promote();
  CHECK(Await([&] { return client.Health() == "SERVING"; }));
  const int at_takeover = acknowledged;
  CHECK(Await([&] { return acknowledged >= at_takeover + kAfter; }));
  over = true;
  load.join();

  CHECK(service.process().running());
  for (const CallerResult& caller : results) {
    CHECK(caller.faults.empty());
    for (const auto& [email, id] : caller.users) {
      const auto found = client(&Accounts::GetUserByEmail, Field("email", email));
      CHECK(Outcome(found) == "OK");
      CHECK(found->user().id() == id);
    }
  }
}

TEST_CASE("a service uses the primary even if the URL lists the standby first") {
  servers::PostgresServer primary;
  primary.CreateDatabase("app");
  servers::PostgresStandby standby(primary);
  const Folder folder;
  ServiceProcess service(folder.path(), PostgresSettings(FailoverUrl(standby.server(), primary, "app")));
  RegisterUser(service.Connect(), "ada@example.com");
}

}  // namespace
}  // namespace keelson::e2e
