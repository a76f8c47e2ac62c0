// Tests SIGHUP: the reloadable keys take effect in a running service, and the service logs which keys need a
// restart.
#include <openssl/sha.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/database.h"
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

  Client ConnectAs(const std::string& token) {
    Client client = service_->Connect();
    client.Authorize(token);
    return client;
  }
  // Makes a call with the token and returns its outcome.
  std::string OutcomeAs(const std::string& token) {
    return Outcome(ConnectAs(token)(&Accounts::ListUsers, ""));
  }

  std::string log() { return service_->process().errors(); }
  ServiceProcess& process() { return *service_; }
  const Folder& folder() const { return folder_; }

 private:
  const Folder folder_;
  std::optional<ServiceProcess> service_;
};

constexpr char kUnknown[] = "UNAUTHENTICATED CALLER_UNKNOWN";
constexpr char kNotAllowed[] = "FAILED_PRECONDITION REFUND_NOT_ALLOWED";

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
  service.Reload(Configuration("info", {"two"}) + "[server]\nworkers = 7\nqueue = 9\n",
                 "config.restart_needed");
  CHECK_THAT(service.log(), Catch::Contains("\"keys\":\"server.workers, server.queue\""));
  CHECK(service.OutcomeAs("two") == "OK");
}

TEST_CASE(
    "a reload fails and asks for a restart if the new auth.clients are valid only with the new auth.mode") {
  ReloadedService service(Configuration("info", {"one"}));
  service.Reload("[auth]\nmode = 'none'\n", "config.reload_failed");
  CHECK_THAT(service.log(), Catch::Contains("restart the service") && Catch::Contains("auth.mode"));
  CHECK(service.OutcomeAs("one") == "OK");
}

TEST_CASE("a reload changes the refund policy, and an event holds the old and the new policy") {
  const std::string others = Configuration("info", {"one"}, "admin");
  ReloadedService service(others + "[refunds]\nmax_per_order = 1\n");
  const Client client = service.ConnectAs("one");
  const std::string order_id = DeliveredOrder(client, "ada@example.com", 1, 1000);
  const auto refund = [&](const std::string& reason) {
    return Outcome(client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(100),
                                                         " reason: REFUND_REASON_", reason)));
  };
  CHECK(refund("OTHER") == "OK");
  CHECK(refund("OTHER") == kNotAllowed);
  const std::string new_policy =
      others + "[refunds]\nmax_per_order = 2\n[refunds.reasons.defective]\nmax_per_order = 3\n";
  service.Reload(new_policy, "config.reloaded");
  CHECK_THAT(service.log(), Catch::Contains("\"changed\":\"refunds.max_per_order, "
                                            "refunds.reasons.defective.max_per_order\""));
  CHECK(refund("OTHER") == "OK");
  CHECK(refund("OTHER") == kNotAllowed);
  CHECK(refund("DEFECTIVE") == "OK");
  service.Reload(others + "[refunds]\nmax_per_order = 0\n", "config.reload_failed");
  CHECK(refund("DEFECTIVE") == kNotAllowed);
  // A reload with the same policy stores no second event.
  service.Reload(new_policy, "config.reloaded");
  REQUIRE(service.process().Stop() == 0);
  const std::string payload = Database(service.folder() / "keelson.db")
                                  .Value("SELECT payload FROM events WHERE type = 'refunds.policy_changed'");
  const std::size_t new_terms = payload.find("\"new\":");
  REQUIRE(new_terms != std::string::npos);
  CHECK_THAT(payload.substr(0, new_terms), Catch::StartsWith("{\"old\":{") &&
                                               Catch::Contains("\"max_per_order\":1,") &&
                                               !Catch::Contains("DEFECTIVE"));
  CHECK_THAT(payload.substr(new_terms), Catch::Contains("\"max_per_order\":2,") &&
                                            Catch::Contains("\"DEFECTIVE\":{\"max_per_order\":3}"));
}

TEST_CASE("each key of the refund policy takes effect by a reload, for all reasons or for one") {
  const std::string others = Configuration("info", {"one"}, "admin");
  ReloadedService service(others);
  const Client client = service.ConnectAs("one");
  const std::string order_id = DeliveredOrder(client, "ada@example.com", 1, 1000);
  const std::string refund_of_one_euro = StrCat(Field("order_id", order_id), AmountScope(100));
  REQUIRE(Outcome(client(&Refunds::CreateRefund, refund_of_one_euro)) == "OK");
  using Effects = std::vector<std::string>;
  // Returns the failed rules of a second refund, and "approval" if the refund needs approval.
  const auto effects_on = [&](const std::string& reason) {
    const auto check =
        client(&Refunds::CheckRefund, StrCat(refund_of_one_euro, "reason: REFUND_REASON_", reason));
    Effects effects;
    for (const refunds::v1::RuleVerdict& verdict : check->verdicts()) {
      if (!verdict.passed()) effects.push_back(verdict.rule());
    }
    if (check->needs_approval()) effects.emplace_back("approval");
    return effects;
  };
  REQUIRE(effects_on("DEFECTIVE").empty());
  const std::pair<std::string, std::string> keys[] = {
      {"states = ['paid']", "ORDER_STATE"},           {"window = '1s'", "WITHIN_WINDOW"},
      {"max_per_order = 1", "REFUNDS_LEFT"},          {"partial = false", "PARTIAL_ALLOWED"},
      {"approval_above = { EUR = 199 }", "approval"},
  };
  for (const auto& [key, effect] : keys) {
    for (const std::string section : {"refunds", "refunds.reasons.defective"}) {
      CAPTURE(key, section);
      const Effects wanted = {effect};
      service.Reload(StrCat(others, "[", section, "]\n", key, "\n"), "config.reloaded");
      // The window closes one second after the delivery.
      CHECK(Await([&] { return effects_on("DEFECTIVE") == wanted; }));
      CHECK(effects_on("OTHER") == (section == "refunds" ? wanted : Effects()));
    }
  }
}

TEST_CASE(
    "a reload changes no key if the store can't record the refund policy, and a later reload changes all") {
  ReloadedService service(Configuration("info", {"one"}));
  const std::string changed = Configuration("info", {"two"}) + "[refunds]\nmax_per_order = 2\n";
  Database other(service.folder() / "keelson.db");
  other.Execute("BEGIN IMMEDIATE");
  service.Reload(changed, "config.reload_failed");
  CHECK_THAT(service.log(), Catch::Contains("the store did not record the change of the refund policy"));
  CHECK(service.OutcomeAs("one") == "OK");
  CHECK(service.OutcomeAs("two") == kUnknown);
  other.Execute("ROLLBACK");
  service.Reload(changed, "config.reloaded");
  CHECK(service.OutcomeAs("one") == kUnknown);
  CHECK(service.OutcomeAs("two") == "OK");
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
