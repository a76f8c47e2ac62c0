// Tests that health checks, reconnection and deadlines are unaffected by setting the system clock while
// PostgreSQL does not respond.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/settable_clock.h"
#include "tests/e2e/support/stores.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson::e2e {
namespace {

using std::chrono::minutes;

// A service with a settable clock, and a PostgreSQL server of its own in which the test causes failures.
class ClockedShop {
 public:
  explicit ClockedShop(ServiceProcess::Settings settings = {})
      : service_(folder_.path(), OnServer(std::move(settings)), ServiceProcess::Expect::kServing,
                 clock_.options()),
        client_(service_.Connect()) {}

  servers::PostgresServer& server() { return server_; }
  SettableClock& clock() { return clock_; }
  const Client& client() const { return client_; }
  bool BecomesHealthy(bool healthy) const {
    return Await([&] { return client_.Health() == (healthy ? "SERVING" : "NOT_SERVING"); });
  }
  // Waits until a call of the service waits for a lock.
  bool CallWaitsForLock() const {
    return Await([&] {
      return server_.Value(
                 "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
                 "'app'") != "0";
    });
  }
  servers::PostgresSession Connect() const { return servers::PostgresSession(server_.admin_url("app")); }

 private:
  ServiceProcess::Settings OnServer(ServiceProcess::Settings settings) {
    server_.CreateDatabase("app");
    const ServiceProcess::Settings store = PostgresSettings(server_.url("app"));
    settings.insert(settings.end(), store.begin(), store.end());
    return settings;
  }

  servers::PostgresServer server_;
  const Folder folder_;
  SettableClock clock_{folder_};
  ServiceProcess service_;
  const Client client_;
};

TEST_CASE("the health check detects an unresponsive server although the clock is set back") {
  ClockedShop shop;
  shop.server().Freeze();
  shop.clock().Step(-minutes(10));
  CHECK(shop.BecomesHealthy(false));
  shop.server().Thaw();
  CHECK(shop.BecomesHealthy(true));
  RegisterUser(shop.client(), "ada@example.com");
}

TEST_CASE("the service reconnects to a recovered server although the clock is set back") {
  ClockedShop shop;
  shop.server().Freeze();
  CHECK(shop.BecomesHealthy(false));
  // The service is opening a new connection at this point.
  shop.clock().Step(-minutes(10));
  shop.server().Thaw();
  CHECK(shop.BecomesHealthy(true));
}

TEST_CASE("a call that waits for a table lock succeeds although the clock is set forward") {
  ClockedShop shop;
  const std::string order_id = DeliveredOrder(shop.client(), "ada@example.com", 1, 1000);
  const servers::PostgresSession blocker = shop.Connect();
  blocker.Execute("BEGIN; LOCK TABLE refunds IN SHARE MODE");
  std::string outcome;
  std::jthread caller([&] {
    outcome = Outcome(shop.client()(
        &Refunds::CreateRefund, StrCat("request_id: 'f' ", Field("order_id", order_id), AmountScope(400))));
  });
  REQUIRE(shop.CallWaitsForLock());
  shop.clock().Step(minutes(10));
  blocker.Execute("ROLLBACK");
  caller.join();
  CHECK(outcome == "OK");
}

TEST_CASE("a call that waits for a table lock ends at its deadline although the clock is set back") {
  ClockedShop shop({"server.default_deadline=3s"});
  const std::string order_id = DeliveredOrder(shop.client(), "ada@example.com", 1, 1000);
  const servers::PostgresSession blocker = shop.Connect();
  blocker.Execute("BEGIN; LOCK TABLE refunds IN SHARE MODE");
  grpc::Status status;
  std::jthread caller([&] {
    status = shop.client()(&Refunds::CreateRefund,
                           StrCat("request_id: 'f' ", Field("order_id", order_id), AmountScope(400)))
                 .status;
  });
  REQUIRE(shop.CallWaitsForLock());
  shop.clock().Step(-minutes(10));
  caller.join();
  CHECK(status.error_code() == grpc::DEADLINE_EXCEEDED);
  CHECK_THAT(status.error_message(), Catch::Contains("before the call completed"));
}

}  // namespace
}  // namespace keelson::e2e
