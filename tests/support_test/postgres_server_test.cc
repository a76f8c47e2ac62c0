#include "tests/support/postgres/postgres_server.h"

#include <catch2/catch.hpp>
#include <list>

#include "tests/support/postgres/postgres_database.h"

namespace keelson::servers {
namespace {

using Catch::Contains;

std::string Replaced(std::string text, const std::string& part, const std::string& by) {
  return text.replace(text.find(part), part.size(), by);
}

TEST_CASE("a new database is empty and owned by its user, and the destructor drops it") {
  PostgresServer& server = PostgresServer::Shared();
  std::string url, name;
  {
    const PostgresDatabase database, another;
    url = database.url();
    name = database.name();
    const PostgresSession session(url);
    session.Execute("CREATE TABLE letters (letter text); INSERT INTO letters VALUES ('a'), ('B'), (NULL)");
    CHECK(session.Query("SELECT letter, 1 FROM letters ORDER BY letter") ==
          std::vector<PostgresSession::Row>{{"a", "1"}, {"B", "1"}, {"", "1"}});
    CHECK(another.Connect().Value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0");
    CHECK(database.Connect().Value("SELECT count(*) FROM letters") == "3");
  }
  CHECK_THROWS_WITH(PostgresSession(url), Contains("does not exist"));
  CHECK(server.Value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'") == "0");
}

TEST_CASE("a failed SQL statement throws an exception, and the session stays usable") {
  const PostgresSession session(PostgresServer::Shared().admin_url());
  CHECK_THROWS_WITH(session.Execute("SELEC 1"), Contains("SELEC 1") && Contains("syntax error"));
  CHECK_THROWS_WITH(session.Value("SELECT 1, 2"), Contains("not one value"));
  CHECK(session.alive());
}

TEST_CASE("a TCP connection requires the password, a Unix socket connection does not") {
  const PostgresDatabase database;
  const std::string url = database.url();
  CHECK(PostgresSession(url).Value("SELECT current_user") == PostgresServer::kUser);
  CHECK_THROWS_WITH(PostgresSession(Replaced(url, "pa%20", "pa")),
                    Contains("password authentication failed"));
  CHECK(PostgresSession(database.server().socket_url(database.name())).Value("SELECT current_user") ==
        PostgresServer::kUser);
}

TEST_CASE("the server has UTF-8 encoding, a linguistic collation and a time zone other than UTC") {
  const PostgresSession session(PostgresServer::Shared().admin_url());
  CHECK(session.Value("SELECT 'B' > 'a'") == "t");
  CHECK(session.Value("SHOW timezone") != "UTC");
  CHECK(session.Value("SHOW server_encoding") == "UTF8");
}

TEST_CASE("connections above the limit are rejected for users, not for administrators") {
  PostgresServer server({.max_connections = 10});
  server.CreateDatabase("app");
  std::list<PostgresSession> sessions;
  for (int i = 0; i < 7; ++i) sessions.emplace_back(server.url("app"));
  CHECK_THROWS_WITH(PostgresSession(server.url("app")), Contains("remaining connection slots"));
  CHECK(server.Value("SELECT 1") == "1");
  sessions.pop_back();
}

TEST_CASE("committed data survives every kind of server stop") {
  PostgresServer server({.durable = true, .settings = {"work_mem=1MB"}});
  server.CreateDatabase("app");
  const std::string url = server.url("app");
  PostgresSession(url).Execute("CREATE TABLE numbers (number int)");
  for (const auto how : {PostgresServer::Stopping::kFast, PostgresServer::Stopping::kImmediate}) {
    const PostgresSession session(url);
    session.Execute("INSERT INTO numbers VALUES (1)");
    server.Stop(how);
    CHECK_FALSE(server.running());
    CHECK_FALSE(session.alive());
    CHECK_THROWS_WITH(PostgresSession(url), Contains("refused"));
    server.Start();
  }
  CHECK(PostgresSession(url).Value("SELECT count(*) FROM numbers") == "2");
  CHECK(server.Value("SHOW work_mem") == "1MB");
  CHECK(server.Value("SHOW fsync") == "on");
}

TEST_CASE("Set changes a setting while the server runs") {
  PostgresServer server;
  server.Set("statement_timeout", "1234ms");
  CHECK(server.Value("SHOW statement_timeout") == "1234ms");
  CHECK(server.Value("SHOW fsync") == "off");
}

TEST_CASE("a frozen server does not respond, and responds again after Thaw") {
  PostgresServer server;
  const PostgresSession session(server.admin_url());
  server.Freeze();
  CHECK(server.frozen());
  CHECK(PQping((server.admin_url() + "&connect_timeout=2").c_str()) == PQPING_NO_RESPONSE);
  server.Thaw();
  CHECK(session.alive());
  CHECK(server.Value("SELECT 1") == "1");
}

TEST_CASE("EndSession ends one session, EndSessions a database's sessions, CrashSession all sessions") {
  PostgresServer server;
  server.CreateDatabase("app");
  const PostgresSession first(server.url("app")), second(server.url("app")), bystander(server.admin_url());
  server.EndSession(first.pid());
  CHECK_THROWS_WITH(first.Execute("SELECT 1"), Contains("administrator command"));
  CHECK(second.alive());
  server.EndSessions("app");
  CHECK_FALSE(second.alive());
  CHECK(bystander.alive());
  const PostgresSession victim(server.url("app"));
  server.CrashSession(victim.pid());
  CHECK_FALSE(victim.alive());
  CHECK_FALSE(bystander.alive());
  CHECK(server.running());
}

}  // namespace
}  // namespace keelson::servers
