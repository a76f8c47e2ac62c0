// Tests that the service starts on PostgreSQL, or reports in one line why it can't start.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <list>
#include <vector>

#include "adapters/store/postgres/locks.h"
#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/refusal.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/stores.h"
#include "tests/support/postgres/free_port.h"
#include "tests/support/postgres/postgres_database.h"
#include "tests/support/postgres/postgres_standby.h"

namespace keelson::e2e {
namespace {

constexpr char kPasswordInUrl[] = "pa%20ss%2Fword";
constexpr char kWrongPassword[] = "n0t-the-one";

std::string Replaced(std::string text, const std::string& part, const std::string& by) {
  return text.replace(text.find(part), part.size(), by);
}

TEST_CASE("the error for a wrong password does not contain the password") {
  const servers::PostgresDatabase database;
  const Folder folder;
  const std::string url = Replaced(database.url(), kPasswordInUrl, kWrongPassword);
  const CommandResult result = Serve(folder, PostgresSettings(url));
  CheckRefusal(result, 1, database.name(), "password authentication failed");
  CHECK_THAT(result.errors, !Catch::Contains(kWrongPassword));
}

TEST_CASE("the service reports a missing database and an unreachable server") {
  const servers::PostgresDatabase database;
  const Folder folder;
  CheckRefusal(Serve(folder, PostgresSettings(database.url() + "_gone")), 1, database.name() + "_gone",
               "does not exist");
  const std::string port = std::to_string(servers::FreePort());
  const std::string url = servers::PostgresServer::UrlAt(std::stoi(port), "app");
  const CommandResult result = Serve(folder, PostgresSettings(url));
  CheckRefusal(result, 1, port, "refused");
  CHECK_THAT(result.errors, !Catch::Contains(kPasswordInUrl));
}

TEST_CASE("the configuration error for an invalid URL does not contain the password") {
  const Folder folder;
  const CommandResult result = Serve(folder, PostgresSettings("mysql://root:s3cret@localhost/app"));
  CheckRefusal(result, 2, "store.postgres.url", "must be");
  CHECK_THAT(result.errors, !Catch::Contains("s3cret"));
}

TEST_CASE("startup fails and reports the cause if the server is at its connection limit or is a standby") {
  servers::PostgresServer server({.max_connections = 10});
  server.CreateDatabase("app");
  const Folder folder;
  SECTION("the server is at its connection limit") {
    std::list<servers::PostgresSession> others;
    for (int i = 0; i < 7; ++i) others.emplace_back(server.url("app"));
    CheckRefusal(Serve(folder, PostgresSettings(server.url("app"))), 1, "app", "connection slots");
  }
  SECTION("the server is a standby") {
    servers::PostgresStandby standby(server);
    CheckRefusal(Serve(folder, PostgresSettings(standby.server().url("app"))), 1, "app", "read-only");
  }
}

// Runs the command on the database at `url`, and sends the signal when a session of the command waits for a
// lock. Returns the exit code.
int StopWhileItWaits(const Folder& folder, const std::vector<std::string>& command, const std::string& url,
                     const servers::PostgresSession& admin, int signal) {
  std::vector<std::string> arguments = {KEELSON_BINARY};
  arguments.insert(arguments.end(), command.begin(), command.end());
  for (const std::string& setting : PostgresSettings(url)) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
  const auto waiting = [&] {
    return admin.Value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  };
  // End sessions of earlier commands: the server detects late that their clients have exited.
  admin.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  REQUIRE(Await([&] { return waiting() == "0"; }));
  ChildProcess process(arguments, folder.path(), {});
  REQUIRE(Await([&] { return waiting() == "1"; }));
  process.Signal(signal);
  const auto start = std::chrono::steady_clock::now();
  const int exit_code = process.Wait();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
  return exit_code;
}

TEST_CASE("a stop signal ends a command that waits for another process's migration") {
  servers::PostgresServer server;
  server.CreateDatabase("app");
  const Folder folder;
  const servers::PostgresSession admin(server.admin_url("app"));
  const servers::PostgresSession other(server.admin_url("app"));
  other.Execute(StrCat("SELECT pg_advisory_lock(", kMigrationLock, ")"));
  const int signal = GENERATE(SIGTERM, SIGINT);
  for (const auto& command : {std::vector<std::string>{"serve"}, {"migrate", "up"}}) {
    INFO(command.front());
    CHECK(StopWhileItWaits(folder, command, server.url("app"), admin, signal) == 128 + signal);
  }
}

TEST_CASE(
    "a service does not start while its database is unreachable, and starts when it is reachable again") {
  servers::PostgresServer server;
  server.CreateDatabase("app");
  const Folder folder;
  server.Stop();
  CheckRefusal(Serve(folder, PostgresSettings(server.url("app"))), 1, "app", "refused");
  server.Start();
  CHECK(ServiceProcess(folder.path(), PostgresSettings(server.url("app"))).Stop() == 0);
}

TEST_CASE("ten processes that start concurrently on an empty database all become SERVING") {
  constexpr int kServices = 10;
  servers::PostgresServer server({.max_connections = 200});
  server.CreateDatabase("app");
  const Folder folder;
  // ServiceProcess would wait until each process serves, but the processes of this test must start
  // concurrently.
  const ServiceProcess::Settings settings = PostgresSettings(server.url("app"));
  std::list<ChildProcess> processes;
  for (int i = 0; i < kServices; ++i) {
    std::vector<std::string> arguments = ServeArguments(folder.path(), settings);
    arguments.insert(arguments.begin(), KEELSON_BINARY);
    processes.emplace_back(arguments, folder.path(), ChildProcess::Options());
  }
  for (ChildProcess& process : processes) {
    int port = 0;
    CHECK(Await([&] { return (port = ListeningPort(process.pid())) != 0 || !process.running(); }));
    const Client client(StrCat("127.0.0.1:", port));
    CHECK(Await([&] { return client.Health() == "SERVING" || !process.running(); }));
    INFO("the service wrote: " << process.errors());
    REQUIRE(process.running());
    RegisterUser(client, StrCat("user", port, "@example.com"));
  }
  const servers::PostgresSession database(server.admin_url("app"));
  CHECK(database.Value("SELECT count(*) FROM users") == std::to_string(kServices));
  CHECK(database.Value("SELECT count(*) - max(version) FROM schema_migrations") == "0");
}

}  // namespace
}  // namespace keelson::e2e
