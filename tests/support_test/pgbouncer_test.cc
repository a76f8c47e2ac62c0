#include "tests/support/postgres/pgbouncer.h"

#include <catch2/catch.hpp>

#include "tests/support/postgres/postgres_database.h"

namespace keelson::servers {
namespace {

using Catch::Contains;

TEST_CASE("with a pool size of 1, two PgBouncer sessions use the same server connection") {
  PostgresServer& server = PostgresServer::Shared();
  const PostgresDatabase database;
  PgBouncer bouncer(server, 1);
  const std::string url = bouncer.url(database.name());
  const PostgresSession first(url), second(url);
  const std::string backend = first.Value("SELECT pg_backend_pid()");
  CHECK(second.Value("SELECT pg_backend_pid()") == backend);
  first.Execute("PREPARE one AS SELECT 1");
  CHECK_THROWS_WITH(second.Execute("PREPARE one AS SELECT 1"), Contains("already exists"));
  CHECK(server.Value("SELECT usename FROM pg_stat_activity WHERE pid = " + backend) == PostgresServer::kUser);
}

TEST_CASE("PgBouncer rejects a connection with a wrong password") {
  std::string url = PgBouncer::Shared().url("postgres");
  CHECK(PostgresSession(url).alive());
  url.replace(url.find("pa%20"), 5, "other");
  CHECK_THROWS_WITH(PostgresSession(url), Contains("authentication failed"));
}

TEST_CASE("PgBouncer accepts sessions again after a restart of PostgreSQL and after its own restart") {
  PostgresServer server;
  PgBouncer bouncer(server);
  CHECK(PostgresSession(bouncer.url("postgres")).alive());
  server.Restart();
  CHECK(PostgresSession(bouncer.url("postgres")).alive());
  bouncer.Stop();
  CHECK_THROWS_WITH(PostgresSession(bouncer.url("postgres")), Contains("refused"));
  bouncer.Start();
  CHECK(PostgresSession(bouncer.url("postgres")).alive());
}

}  // namespace
}  // namespace keelson::servers
