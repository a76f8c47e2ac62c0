#include "tests/e2e/postgres/support/shop.h"

#include <catch2/catch.hpp>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

servers::PostgresServer& WithDatabase(servers::PostgresServer& server) {
  server.CreateDatabase(Shop::kDatabase);
  return server;
}

ServiceProcess::Settings Together(const std::string& url, const ServiceProcess::Settings& settings) {
  ServiceProcess::Settings all = PostgresSettings(url);
  all.push_back(StrCat("store.postgres.pool_size=", Shop::kPoolSize));
  all.insert(all.end(), settings.begin(), settings.end());
  return all;
}

}  // namespace

Shop::Shop(const ServiceProcess::Settings& settings)
    : service_(folder_.path(), Together(WithDatabase(server_).url(kDatabase), settings)),
      client_(service_.Connect()),
      user_id_(RegisterUser(client_, "ada@example.com")) {}

CallResult<accounts::v1::GetUserResponse> Shop::GetUser() const {
  return client_(&Accounts::GetUser, Field("id", user_id_));
}

CallResult<accounts::v1::ListUsersResponse> Shop::ListUsers() const {
  return client_(&Accounts::ListUsers, "page_size: 1");
}

CallResult<accounts::v1::RegisterUserResponse> Shop::Register(const std::string& email) const {
  return client_(&Accounts::RegisterUser,
                 StrCat(Field("request_id", email), Field("email", email), Field("password", kPassword)));
}

bool Shop::BecomesHealthy(bool healthy) const {
  return Await([&] { return client_.Health() == (healthy ? "SERVING" : "NOT_SERVING"); });
}

void Shop::CheckRecovered(const std::string& new_email) {
  CHECK(BecomesHealthy(true));
  CHECK(service_.process().running());
  CHECK(Outcome(GetUser()) == "OK");
  CHECK(Outcome(Register(new_email)) == "OK");
  CheckWholePool();
}

void Shop::CheckWholePool() {
  const servers::PostgresSession blocker = Connect();
  // List calls are not batched, so that each of them uses one connection.
  blocker.Execute("BEGIN; LOCK TABLE credentials, users IN ACCESS EXCLUSIVE MODE");
  std::vector<std::string> outcomes;
  std::jthread callers([&] { outcomes = AllAtOnce(kPoolSize, [&](int) { return Outcome(ListUsers()); }); });
  // Excludes the health check, which waits, too, but on a connection outside of the pool.
  const bool all_wait = Await([&] {
    return server_.Value(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'app' AND "
               "query NOT LIKE '%pg_is_in_recovery%'") == std::to_string(kPoolSize);
  });
  blocker.Execute("COMMIT");
  callers.join();
  CHECK(all_wait);
  CHECK(outcomes == std::vector<std::string>(kPoolSize, "OK"));
}

void CheckUnavailable(const grpc::Status& status) {
  CHECK(Outcome(status) == "UNAVAILABLE STORE_UNAVAILABLE");
  CHECK(RetryAfter(status).has_value());
  CHECK_THAT(status.error_message(), Catch::Contains(Shop::kDatabase));
  CHECK_THAT(status.error_message(), !Catch::Contains(servers::PostgresServer::kPassword));
}

}  // namespace keelson::e2e
