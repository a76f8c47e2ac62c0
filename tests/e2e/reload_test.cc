// Tests SIGHUP: the reloadable keys take effect in a running service, and the service logs which keys need a
// restart.
#include <openssl/sha.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_manager.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {
namespace {

std::string Digest(const std::string& token) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return absl::BytesToHexString(digest);
}

// Returns a configuration with the given log level and one client per token.
std::string Configuration(const std::string& log_level, const std::vector<std::string>& tokens,
                          const std::string& role = "reader") {
  std::string text = StrCat("[telemetry]\nlog_level = '", log_level, "'\n[auth]\nmode = 'token'\n");
  for (const std::string& token : tokens) {
    text += StrCat("[[auth.clients]]\nname = 'client of ", token, "'\nroles = ['", role,
                   "']\ntoken_sha256 = '", Digest(token), "'\n");
  }
  return text;
}

// Runs a service whose configuration file keelson.toml a test can change and reload.
class ReloadedService {
 public:
  explicit ReloadedService(const std::string& configuration, const ChildProcess::Options& options = {}) {
    WriteFile(folder_ / "keelson.toml", configuration);
    service_.emplace(folder_.path(), ServiceProcess::Settings(), ServiceProcess::Expect::kServing, options);
  }

  // Changes the file, sends SIGHUP, and waits for the log entry that ends the reload.
  void Reload(const std::string& configuration, const std::string& event_name) {
    const std::size_t before = log().size();
    WriteFile(folder_ / "keelson.toml", configuration);
    service_->process().Signal(SIGHUP);
    REQUIRE(Await([&] { return log().find(event_name, before) != std::string::npos; }));
  }

  // Makes a call with the token and returns its outcome.
  std::string OutcomeAs(const std::string& token) {
    Client client = service_->Connect();
    client.Authorize(token);
    return Outcome(client(&Accounts::ListUsers, ""));
  }

  std::string log() { return service_->process().errors(); }
  ServiceProcess& process() { return *service_; }
  const Folder& folder() const { return folder_; }

 private:
  const Folder folder_;
  std::optional<ServiceProcess> service_;
};

constexpr char kUnknown[] = "UNAUTHENTICATED CALLER_UNKNOWN";

TEST_CASE("a reload adds clients, removes clients and changes roles") {
  ReloadedService service(Configuration("info", {"one", "two"}));
  CHECK(service.OutcomeAs("one") == "OK");
  CHECK(service.OutcomeAs("three") == kUnknown);
  service.Reload(Configuration("info", {"two", "three"}), "config.reloaded");
  CHECK(service.OutcomeAs("one") == kUnknown);
  CHECK(service.OutcomeAs("two") == "OK");
  CHECK(service.OutcomeAs("three") == "OK");
  CHECK_THAT(service.log(), Catch::Contains("\"changed\":\"auth.clients\""));
  service.Reload(Configuration("info", {"two"}, "approver"), "config.reloaded");
  CHECK(service.OutcomeAs("two") == "PERMISSION_DENIED CALLER_NOT_ALLOWED");
  CHECK(service.process().Stop() == 0);
}

TEST_CASE("a reload changes the log level") {
  ReloadedService service(Configuration("info", {"one"}));
  CHECK(service.OutcomeAs("one") == "OK");
  CHECK(service.log().find("\"severity\":\"DEBUG\"") == std::string::npos);
  service.Reload(Configuration("debug", {"one"}), "config.reloaded");
  CHECK(service.OutcomeAs("one") == "OK");
  CHECK(Await([&] { return service.log().find("\"severity\":\"DEBUG\"") != std::string::npos; }));
}

TEST_CASE("a reload of an invalid configuration changes nothing, and one log entry names every error") {
  ReloadedService service(Configuration("info", {"one"}));
  service.Reload(Configuration("debug", {"two"}) + "[refunds]\nwindw = '1h'\nmax_per_order = 0\n",
                 "config.reload_failed");
  CHECK(service.OutcomeAs("one") == "OK");
  CHECK(service.OutcomeAs("two") == kUnknown);
  const std::string log = service.log();
  const std::size_t line = log.rfind("\n", log.find("config.reload_failed"));
  CHECK_THAT(log.substr(line + 1), Catch::Contains("\"severity\":\"ERROR\"") &&
                                       Catch::Contains("refunds.windw") &&
                                       Catch::Contains("refunds.max_per_order"));
  CHECK(log.find("\"severity\":\"DEBUG\"") == std::string::npos);
  service.Reload("[auth", "config.reload_failed");
  CHECK(service.OutcomeAs("one") == "OK");
}

TEST_CASE("a reload changes nothing if the configuration file is missing, and the log names the file") {
  ReloadedService service(Configuration("info", {"one"}));
  std::filesystem::remove(service.folder() / "keelson.toml");
  service.process().process().Signal(SIGHUP);
  REQUIRE(Await([&] { return service.log().find("config.reload_failed") != std::string::npos; }));
  CHECK_THAT(service.log(), Catch::Contains("keelson.toml"));
  CHECK(service.OutcomeAs("one") == "OK");
}

TEST_CASE("one warning names the changed keys that need a restart; the other changed keys take effect") {
  ReloadedService service(Configuration("info", {"one"}));
  service.Reload(Configuration("info", {"two"}) + "[refunds]\nwindow = '1h'\n[server]\nworkers = 7\n",
                 "config.restart_needed");
  CHECK_THAT(service.log(), Catch::Contains("\"keys\":\"server.workers, refunds.window\""));
  CHECK(service.OutcomeAs("two") == "OK");
}

TEST_CASE(
    "a reload fails and asks for a restart if the new auth.clients are valid only with the new auth.mode") {
  ReloadedService service(Configuration("info", {"one"}));
  service.Reload("[auth]\nmode = 'none'\n", "config.reload_failed");
  CHECK_THAT(service.log(), Catch::Contains("restart the service") && Catch::Contains("auth.mode"));
  CHECK(service.OutcomeAs("one") == "OK");
}

TEST_CASE("the service manager is notified of start, reload and stop") {
  const Folder socket;
  const ServiceManager manager(socket.path());
  ReloadedService service(Configuration("info", {"one"}), {.environment = {manager.variable()}});
  CHECK(manager.Next() == "READY=1");
  service.Reload(Configuration("info", {"two"}), "config.reloaded");
  CHECK_THAT(manager.Next(), Catch::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(manager.Next() == "READY=1");
  CHECK(service.process().Stop() == 0);
  CHECK(manager.Next() == "STOPPING=1");
}

}  // namespace
}  // namespace keelson::e2e
