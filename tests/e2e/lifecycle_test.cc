// Tests the start, the overload and the shutdown of the service.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

// With these settings a password hash takes one or two seconds, so that a call is in flight when the signal
// arrives.
const ServiceProcess::Settings kSlowHashes = {"passwords.argon2_memory=256MiB",
                                              "passwords.argon2_iterations=10"};

std::string Registration(const std::string& email) {
  return StrCat(Field("email", email), Field("password", kPassword));
}

bool Hashes(ServiceProcess& service) {
  return service.process().Memory("VmRSS:") > std::size_t{64} << 20;
}

bool Drains(ServiceProcess& service) {
  return Await([&] { return service.process().errors().find("service.draining") != std::string::npos; });
}

TEST_CASE("a graceful shutdown completes in-flight calls and accepts no new ones") {
  const int signal = GENERATE(SIGTERM, SIGINT);
  const Folder folder;
  std::string outcome;
  {
    ServiceProcess service(folder.path(), kSlowHashes);
    const Client bystander = service.Connect();
    std::jthread caller([&, client = service.Connect()] {
      outcome = Outcome(client(&Accounts::RegisterUser, Registration("ada@example.com")));
    });
    REQUIRE(Await([&] { return Hashes(service); }));
    service.process().Signal(signal);
    REQUIRE(Drains(service));
    CHECK(Await([&] {
      const auto late = bystander(&Accounts::GetUserByEmail, "email: 'ada@example.com'");
      return late.status.error_code() == grpc::StatusCode::UNAVAILABLE;
    }));
    caller.join();
    CHECK(service.process().Wait() == 0);
  }
  CHECK(outcome == "OK");
  ServiceProcess service(folder.path());
  CHECK(Outcome(service.Connect()(&Accounts::GetUserByEmail, "email: 'ada@example.com'")) == "OK");
}

TEST_CASE("a second signal ends the process at once") {
  const Folder folder;
  ServiceProcess service(folder.path(), kSlowHashes);
  std::jthread caller(
      [client = service.Connect()] { client(&Accounts::RegisterUser, Registration("ada@example.com")); });
  REQUIRE(Await([&] { return Hashes(service); }));
  service.process().Signal(SIGTERM);
  REQUIRE(Drains(service));
  CHECK(service.process().running());
  service.process().Signal(SIGTERM);
  CHECK(service.process().Wait() == 128 + SIGTERM);
}

TEST_CASE(
    "a client of the health method Watch receives NOT_SERVING at shutdown and does not delay the shutdown") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"server.drain=15s"});
  std::atomic<int> changes = 0;
  std::vector<std::string> seen;
  std::jthread watcher([&, client = service.Connect()] {
    client.WatchHealth([&](const std::string& health) {
      seen.push_back(health);
      ++changes;
    });
  });
  REQUIRE(Await([&] { return changes == 1; }));
  const auto start = std::chrono::steady_clock::now();
  CHECK(service.Stop() == 0);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(8));
  watcher.join();
  CHECK(seen == std::vector<std::string>{"SERVING", "NOT_SERVING"});
}

TEST_CASE("keelson health exits with 0 only if the service is SERVING") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const CommandResult healthy = RunKeelson({"health", service.target()}, folder.path());
  CHECK(healthy.exit_code == 0);
  CHECK(healthy.output == "SERVING\n");
  CHECK(
      RunKeelson({"health", service.target(), "--service", "keelson.refunds.v1.RefundService"}, folder.path())
          .exit_code == 0);
  CHECK(service.Stop() == 0);
  const CommandResult gone = RunKeelson({"health", service.target()}, folder.path());
  CHECK(gone.exit_code == 1);
  CHECK_THAT(gone.errors, Catch::StartsWith("keelson: ") && Catch::Contains(service.target()));
}

TEST_CASE("with standard error closed, the service serves calls and writes its log to no other file") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"telemetry.log_level=debug"}, ServiceProcess::Expect::kServing,
                         {.close_errors = true});
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, "ada@example.com");
  CHECK(Outcome(client(&Accounts::GetUser, Field("id", user_id))) == "OK");
  CHECK(std::filesystem::read_symlink(StrCat("/proc/", service.process().pid(), "/fd/2")) == "/dev/null");
  CHECK(service.Stop() == 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    INFO(entry.path());
    CHECK(ReadFile(entry.path()).find("\"severity\"") == std::string::npos);
  }
  ServiceProcess again(folder.path());
  CHECK(Outcome(again.Connect()(&Accounts::GetUser, Field("id", user_id))) == "OK");
}

TEST_CASE("each log line is a JSON object, and the log contains the start and the stop of the service") {
  const Folder folder;
  ServiceProcess service(folder.path());
  CHECK(service.Stop() == 0);
  const std::string log = service.process().errors();
  CHECK_THAT(log, Catch::Contains(service.target()) && Catch::Contains("service.serving") &&
                      Catch::Contains("service.stopped"));
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    CHECK_THAT(line, Catch::StartsWith("{") && Catch::EndsWith("}"));
  }
}

TEST_CASE("excess registrations are rejected while reads continue") {
  constexpr int kCallers = 200;
  constexpr std::size_t kMemory = std::size_t{19} << 20;
  const Folder folder;
  ServiceProcess service(folder.path(), {"passwords.argon2_memory=19MiB", "passwords.argon2_iterations=2",
                                         "passwords.memory_budget=256MiB", "passwords.queue=64"});
  const Client reader = service.Connect();
  const std::string user_id = RegisterUser(reader, "reader@example.com");
  std::atomic<bool> over = false;
  std::atomic<int> reads = 0, slow = 0, failed = 0;
  std::jthread reading([&] {
    while (!over) {
      const auto start = std::chrono::steady_clock::now();
      if (!reader(&Accounts::GetUser, Field("id", user_id)).ok()) ++failed;
      if (std::chrono::steady_clock::now() - start > std::chrono::seconds(2)) ++slow;
      ++reads;
    }
  });
  std::vector<Client> clients;
  for (int i = 0; i < kCallers; ++i) clients.push_back(service.Connect());
  std::atomic<int> without_retry = 0;
  const std::vector<std::string> outcomes = AllAtOnce(kCallers, [&](int i) {
    const auto response = clients[static_cast<std::size_t>(i)](
        &Accounts::RegisterUser, Registration(StrCat("user", i, "@example.com")));
    if (response.status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED && !RetryAfter(response.status))
      ++without_retry;
    return Outcome(response);
  });
  over = true;
  reading.join();
  int ok = 0, overloaded = 0;
  for (const std::string& outcome : outcomes) {
    ok += outcome == "OK";
    overloaded += outcome == "RESOURCE_EXHAUSTED OVERLOADED";
  }
  CHECK(ok + overloaded == kCallers);
  CHECK(ok >= 64);
  CHECK(overloaded > 0);
  CHECK(without_retry == 0);
  CHECK(reads > 0);
  CHECK(failed == 0);
  CHECK(slow == 0);
  const std::size_t slots = std::max(1U, std::thread::hardware_concurrency());
  CHECK(service.process().Memory("VmHWM:") < slots * kMemory + (std::size_t{192} << 20));
  CHECK(Outcome(reader(&Accounts::RegisterUser, Registration("after@example.com"))) == "OK");
}

}  // namespace
}  // namespace keelson::e2e
