#include "tests/support/postgres/postgres_standby.h"

#include <catch2/catch.hpp>

namespace keelson::servers {
namespace {

TEST_CASE("a promoted standby has every acknowledged commit and accepts writes under the same URL") {
  PostgresServer primary;
  primary.CreateDatabase("app");
  PostgresSession(primary.url("app")).Execute("CREATE TABLE numbers (number int)");
  PostgresStandby standby(primary);
  standby.MakeSynchronous();
  const std::string url = FailoverUrl(standby.server(), primary, "app");
  PostgresSession(url).Execute("INSERT INTO numbers SELECT generate_series(1, 1000)");
  const PostgresSession reader(standby.server().url("app"));
  CHECK_THROWS_WITH(reader.Execute("INSERT INTO numbers VALUES (0)"), Catch::Contains("read-only"));

  primary.Stop(PostgresServer::Stopping::kImmediate);
  CHECK_THROWS(PostgresSession(url));
  standby.Promote();
  const PostgresSession session(url);
  CHECK(session.Value("SELECT count(*) FROM numbers") == "1000");
  session.Execute("INSERT INTO numbers VALUES (0)");
}

TEST_CASE("a commit on the primary waits for its synchronous standby") {
  PostgresServer primary;
  PostgresStandby standby(primary);
  standby.MakeSynchronous();
  standby.server().Stop();
  const PostgresSession session(primary.admin_url());
  session.Execute("SET statement_timeout = '200ms'");
  CHECK_THROWS_WITH(session.Execute("CREATE TABLE numbers (number int); SELECT pg_sleep(10)"),
                    Catch::Contains("timeout"));
  standby.server().Start();
  session.Execute("RESET statement_timeout; CREATE TABLE numbers (number int)");
}

}  // namespace
}  // namespace keelson::servers
