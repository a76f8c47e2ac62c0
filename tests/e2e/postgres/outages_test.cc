// Failures of the PostgreSQL server: calls return UNAVAILABLE and the health check fails. When the cause is
// removed, the service recovers without a restart.
#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/postgres/support/shop.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/stores.h"
#include "tests/e2e/support/threads.h"
#include "tests/support/postgres/pgbouncer.h"

namespace keelson::e2e {
namespace {

using Stopping = servers::PostgresServer::Stopping;

TEST_CASE("calls return UNAVAILABLE while the server is stopped, and succeed after the server starts") {
  const auto how = GENERATE(Stopping::kFast, Stopping::kImmediate);
  Shop shop;
  shop.server().Stop(how);
  const auto start = std::chrono::steady_clock::now();
  CheckUnavailable(shop.Register("bob@example.com").status);
  CheckUnavailable(shop.GetUser().status);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  CHECK(shop.BecomesHealthy(false));
  shop.server().Start();
  shop.CheckRecovered("bob@example.com");
  CHECK(shop.service().process().errors().find(servers::PostgresServer::kPassword) == std::string::npos);
}

TEST_CASE("server restarts under load cause no errors except UNAVAILABLE, and lose no acknowledged write") {
  constexpr int kCallers = 8;
  Shop shop({"passwords.queue=1000"});
  std::atomic<bool> over = false;
  std::vector<std::set<std::string>> outcomes(kCallers);
  std::vector<std::vector<std::string>> acknowledged;
  std::jthread load([&] {
    acknowledged = AllAtOnce(kCallers, [&](int caller) {
      std::vector<std::string> ids;
      for (int i = 0; !over; ++i) {
        const auto answer = shop.Register(StrCat("user", caller, "-", i, "@example.com"));
        outcomes[static_cast<std::size_t>(caller)].insert(Outcome(answer));
        if (answer.ok()) ids.push_back(answer->user().id());
      }
      return ids;
    });
  });
  for (const auto how : {Stopping::kFast, Stopping::kImmediate, Stopping::kFast}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    shop.server().Restart(how);
  }
  CHECK(shop.BecomesHealthy(true));
  over = true;
  load.join();
  for (const std::set<std::string>& seen : outcomes) {
    CHECK(seen == std::set<std::string>{"OK", "UNAVAILABLE STORE_UNAVAILABLE"});
  }
  for (const std::vector<std::string>& ids : acknowledged) {
    for (const std::string& id : ids)
      CHECK(Outcome(shop.client()(&Accounts::GetUser, Field("id", id))) == "OK");
  }
  shop.CheckRecovered("bob@example.com");
}

TEST_CASE("an unresponsive server does not block calls beyond their deadline") {
  Shop shop;
  const Client hasty(shop.service().target(), std::chrono::seconds(2));
  shop.server().Freeze();
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::string> outcomes = AllAtOnce(2 * Shop::kPoolSize, [&](int) {
    return Outcome(hasty(&Accounts::GetUser, Field("id", shop.user_id())));
  });
  CHECK(shop.server().frozen());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
  CHECK(std::set<std::string>(outcomes.begin(), outcomes.end()) ==
        std::set<std::string>{"DEADLINE_EXCEEDED"});
  CHECK(shop.BecomesHealthy(false));
  shop.server().Thaw();
  shop.CheckRecovered("bob@example.com");
}

TEST_CASE("calls fail at the server's connection limit and succeed again when connections are available") {
  Shop shop;
  shop.server().Execute("ALTER ROLE keelson CONNECTION LIMIT 0");
  shop.server().EndSessions(Shop::kDatabase);
  const auto refused = shop.Register("bob@example.com");
  CheckUnavailable(refused.status);
  CHECK_THAT(refused.status.error_message(), Catch::Contains("too many connections"));
  CHECK(shop.BecomesHealthy(false));
  shop.server().Execute("ALTER ROLE keelson CONNECTION LIMIT -1");
  shop.CheckRecovered("bob@example.com");
}

TEST_CASE("calls wait for a connection if the server allows fewer connections than the pool size") {
  constexpr int kCallers = 32;
  Shop shop;
  shop.server().Execute("ALTER ROLE keelson CONNECTION LIMIT 5");
  shop.server().EndSessions(Shop::kDatabase);
  CHECK(shop.BecomesHealthy(true));
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int) { return Outcome(shop.GetUser()); });
  CHECK(outcomes == std::vector<std::string>(kCallers, "OK"));
  shop.server().Execute("ALTER ROLE keelson CONNECTION LIMIT -1");
  shop.CheckRecovered("bob@example.com");
}

// Waits until a session of the service waits for a lock in a transaction. Returns the process id of the
// session.
int BlockedSession(const servers::PostgresServer& server) {
  const std::string find =
      "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND xact_start IS "
      "NOT NULL "
      "AND datname = 'app' AND query NOT LIKE '%pg_is_in_recovery%'";
  int pid = 0;
  CHECK(Await([&] { return (pid = std::stoi(server.Value(find))) != 0; }));
  return pid;
}

TEST_CASE("a write stays atomic if its database session is terminated or crashes") {
  const bool crash = GENERATE(false, true);
  Shop shop;
  const std::string order_id = CreateOrder(shop.client(), shop.user_id(), 1, 1000);
  PayOrder(shop.client(), order_id);
  DeliverOrder(shop.client(), order_id);
  const std::string request = StrCat("request_id: 'f' ", Field("order_id", order_id), AmountScope(400));
  std::string first;
  std::jthread caller;
  {
    const servers::PostgresSession blocker = shop.Connect();
    // CreateRefund locks the order first, then waits for the lock of the table refunds.
    blocker.Execute("BEGIN; LOCK TABLE refunds IN SHARE MODE");
    caller = std::jthread([&] { first = Outcome(shop.client()(&Refunds::CreateRefund, request)); });
    const int session = BlockedSession(shop.server());
    crash ? shop.server().CrashSession(session) : shop.server().EndSession(session);
  }
  caller.join();
  CHECK((first == "OK" || first == "UNAVAILABLE STORE_UNAVAILABLE"));
  CHECK(shop.BecomesHealthy(true));
  CHECK(Outcome(shop.client()(&Refunds::CreateRefund, request)) == "OK");
  CHECK(CountRefunds(shop.client(), order_id) == 1);
  const orders::v1::Order order = GetOrder(shop.client(), order_id);
  CHECK(order.refunded().minor_units() + order.refund_pending().minor_units() == 400);
  shop.CheckRecovered("bob@example.com");
}

TEST_CASE("the last statement of a killed process ends at the call's deadline") {
  Shop shop;
  const std::string order_id = CreateOrder(shop.client(), shop.user_id(), 1, 1000);
  PayOrder(shop.client(), order_id);
  DeliverOrder(shop.client(), order_id);
  const Client hasty(shop.service().target(), std::chrono::seconds(3));
  const servers::PostgresSession blocker = shop.Connect();
  blocker.Execute("BEGIN; LOCK TABLE refunds IN SHARE MODE");
  std::jthread caller([&] {
    hasty(&Refunds::CreateRefund, StrCat("request_id: 'f' ", Field("order_id", order_id), AmountScope(400)));
  });
  const int session = BlockedSession(shop.server());
  shop.service().Kill();
  // Without statement_timeout, the session would wait until the blocker ends, and keep the lock of the order.
  CHECK(Await([&] {
    return shop.server().Value(StrCat("SELECT count(*) FROM pg_stat_activity WHERE pid = ", session)) == "0";
  }));
}

TEST_CASE("calls return UNAVAILABLE while the connection pooler is stopped, and succeed after it starts") {
  servers::PostgresServer server;
  server.CreateDatabase("app");
  servers::PgBouncer bouncer(server);
  const Folder folder;
  ServiceProcess service(folder.path(), PostgresSettings(bouncer.url("app"), /*prepared_statements=*/false));
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, "ada@example.com");
  const auto get = [&] { return client(&Accounts::GetUser, Field("id", user_id)); };
  bouncer.Stop();
  CheckUnavailable(get().status);
  CHECK(Await([&] { return client.Health() == "NOT_SERVING"; }));
  bouncer.Start();
  CHECK(Await([&] { return client.Health() == "SERVING"; }));
  CHECK(Outcome(get()) == "OK");
  RegisterUser(client, "bob@example.com");
}

}  // namespace
}  // namespace keelson::e2e
