// Tests the metrics of a service, which a real Prometheus scrapes, and the health of its providers.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/common/strings.h"
#include "tests/e2e/monitoring/prometheus_server.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mail_api.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/sandbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/webhook.h"
#include "tests/support/postgres/free_port.h"

namespace keelson::e2e {
namespace {

using Catch::Matchers::Contains;

servers::ScriptedAnswer BadKey(const MailApi::Request&) {
  return {.status = 401, .body = R"({"name":"invalid_api_key","message":"API key is invalid"})"};
}

std::string MetricsAddress() {
  return StrCat("127.0.0.2:", servers::FreePort());
}

ServiceProcess::Settings Watched(const MailApi& api, const std::string& metrics) {
  ServiceProcess::Settings settings = api.settings(/*then_file=*/true);
  settings.push_back("telemetry.metrics_listen=" + metrics);
  return settings;
}

TEST_CASE("an invalid API key changes the metrics and the provider's health, but not the server's health") {
  const Folder folder;
  MailApi api(BadKey);
  const std::string metrics = MetricsAddress();
  const ServiceProcess service(folder.path(), Watched(api, metrics));
  const servers::PrometheusServer prometheus(metrics);
  const Client client = service.Connect();
  CHECK(Await([&] { return prometheus.Value("up{job='keelson'}") == "1"; }));

  RegisterUser(client, "ada@example.com");
  CHECK(Await([&] { return CountMails(service.mail_folder()) == 1; }));
  CHECK(Await([&] { return prometheus.Value("keelson_email_misconfigured == 1") == "1"; }));
  CHECK(prometheus.Value("keelson_email_misconfigured{provider='resend'}") == "1");
  CHECK(prometheus.Value("keelson_email_circuit{provider='resend',state='open'}") == "1");
  CHECK(Await([&] {
    return prometheus.Value("keelson_email_attempts_total{provider='file',outcome='accepted'}") == "1";
  }));
  CHECK(prometheus.Value("keelson_email_misconfigured{provider='file'}") == "0");

  CHECK(Await([&] { return client.Health("email.resend") == "NOT_SERVING"; }));
  CHECK(client.Health("email.file") == "SERVING");
  CHECK(client.Health("") == "SERVING");
  CHECK(client.Health("keelson.notifications.v1.NotificationService") == "SERVING");
}

TEST_CASE("the metrics of accounts follow registrations, sign-ins by outcome and the stored sessions") {
  const Folder folder;
  const std::string metrics = MetricsAddress();
  const ServiceProcess::Settings settings = {"telemetry.metrics_listen=" + metrics};
  const auto scrape = [&] { return servers::Fetch(StrCat("http://", metrics, "/metrics")); };
  {
    ServiceProcess service(folder.path(), settings);
    const Client client = service.Connect();
    CHECK_THAT(scrape(), Contains("keelson_registrations_total 0\n") &&
                             Contains("keelson_sign_ins_total{outcome=\"throttled\"} 0\n"));
    RegisterUser(client, "ada@example.com");
    SignIn(client, "ada@example.com");
    for (int i = 0; i < 12; ++i) {
      (void)client(&Sessions::SignIn,
                   Field("email", "ada@example.com") + Field("password", "a wrong password"));
    }
    CHECK_THAT(scrape(),
               Contains("keelson_registrations_total 1\n") && Contains("keelson_verifications_total 0\n") &&
                   Contains("keelson_sign_ins_total{outcome=\"ok\"} 1\n") &&
                   Contains("keelson_sign_ins_total{outcome=\"credentials\"} 11\n") &&
                   Contains("keelson_sign_ins_total{outcome=\"throttled\"} 1\n") &&
                   Contains("keelson_hash_slots_in_use 0\n") && Contains("keelson_hash_slots_queued 0\n"));
    CHECK(service.Stop() == 0);
    CHECK_THAT(service.process().errors(), Contains("SIGN_IN_THROTTLED") && Contains("CREDENTIALS_INVALID") &&
                                               !Contains("ada@example.com"));
  }
  // The first count is done at the start.
  const ServiceProcess restarted(folder.path(), settings);
  CHECK(Await([&] { return scrape().find("keelson_sessions_active 1\n") != std::string::npos; }));
}

TEST_CASE("promtool accepts the metrics, and they contain no e-mail address and no API key") {
  const Folder folder;
  MailApi api(BadKey);
  const std::string metrics = MetricsAddress();
  const ServiceProcess service(folder.path(), Watched(api, metrics));
  const servers::PrometheusServer prometheus(metrics);
  RegisterUser(service.Connect(), "ada@example.com");
  SignIn(service.Connect(), "ada@example.com");
  CHECK(Await([&] { return CountMails(service.mail_folder()) == 1; }));
  const std::string scraped = servers::Fetch(StrCat("http://", metrics, "/metrics"));
  CHECK_NOTHROW(prometheus.Lint(scraped));
  CHECK_THAT(scraped, Contains("keelson_email_"));
  CHECK_THAT(scraped, !Contains("example.com") && !Contains("re_test"));
}

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

// Returns a line "NAME TYPE LABEL,…" for each metric, without the labels of buckets.
std::string FamiliesOf(const std::string& scraped) {
  std::map<std::string, std::string> types;
  std::map<std::string, std::set<std::string>> labels;
  std::string family;
  for (const std::string& line : Lines(scraped)) {
    if (absl::StartsWith(line, "# TYPE ")) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      family = words[2];
      types[family] = words[3];
    } else if (!absl::StartsWith(line, "#")) {
      const std::vector<std::string> parts = absl::StrSplit(line, absl::ByAnyChar("{,"));
      for (const std::string& part : parts) {
        const std::pair<std::string, std::string> label = absl::StrSplit(part, absl::MaxSplits("=\"", 1));
        if (!label.second.empty() && label.first != "le") labels[family].insert(label.first);
      }
    }
  }
  std::string lines;
  for (const auto& [name, type] : types) {
    absl::StrAppend(&lines, name, " ", type, " ", absl::StrJoin(labels[name], ","));
    absl::StripTrailingAsciiWhitespace(&lines);
    lines += '\n';
  }
  return lines;
}

std::string ReadAll(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_CASE("the metrics have the names, types and labels of the golden file, and are documented") {
  const Folder folder;
  MailApi api(BadKey);
  const std::string metrics = MetricsAddress();
  const ServiceProcess service(folder.path(), Watched(api, metrics));
  std::string families;
  // The jobs start after the endpoint.
  CHECK(Await([&] {
    families = FamiliesOf(servers::Fetch(StrCat("http://", metrics, "/metrics")));
    return families.find("keelson_job_stalled gauge job_name") != std::string::npos;
  }));
  // Edit the file by hand when a metric changes intentionally: dashboards and alerts depend on these names.
  CHECK(families == ReadAll(METRICS_GOLDEN));
  const std::string readme = ReadAll(TELEMETRY_README);
  for (const std::string& line : Lines(families)) {
    const std::string name = line.substr(0, line.find(' '));
    // The client library's own metrics of its exposer, and the metrics that every Prometheus client has.
    if (absl::StartsWith(name, "exposer_") || absl::StartsWith(name, "process_")) continue;
    CHECK_THAT(readme, Contains("`" + name));
  }
}

TEST_CASE("Prometheus sees each call by method and status code, before the first call as zero") {
  const Folder folder;
  const std::string metrics = MetricsAddress();
  const ServiceProcess service(folder.path(), {"telemetry.metrics_listen=" + metrics});
  const servers::PrometheusServer prometheus(metrics);
  const Client client = service.Connect();
  const std::string get_user = "grpc_server_handled_total{grpc_method='GetUser',grpc_code='NotFound'}";
  CHECK(Await([&] { return prometheus.Value(get_user) == "0"; }));
  CHECK(Outcome(client(&Accounts::GetUser, Field("id", "user_01h455vb4pex5vsknk084sn02q"))) ==
        "NOT_FOUND USER_NOT_FOUND");
  CHECK(Await([&] { return prometheus.Value(get_user) == "1"; }));
  CHECK(prometheus.Value("sum(grpc_server_started_total) - sum(grpc_server_handled_total)") == "0");
  CHECK(prometheus.Value("sum(grpc_server_handling_seconds_count)") == "1");
  CHECK(prometheus.Value("max(keelson_calls_in_flight)") == "0");
  CHECK(prometheus.Value("max(keelson_job_stalled)") == "0");
}

// The queries of the dashboard's panels, with values for the variables of Grafana.
std::vector<std::string> DashboardQueries() {
  std::vector<std::string> queries;
  const nlohmann::json dashboard = nlohmann::json::parse(ReadAll(DASHBOARD));
  for (const nlohmann::json& panel : dashboard.at("panels")) {
    for (const nlohmann::json& target : panel.value("targets", nlohmann::json::array())) {
      queries.push_back(absl::StrReplaceAll(target.at("expr").get<std::string>(),
                                            {{"$__rate_interval", "10s"}, {"$instance", ".*"}}));
    }
  }
  return queries;
}

TEST_CASE("every query of the Grafana dashboard returns data of a service in use") {
  const Folder folder;
  const std::string metrics = MetricsAddress();
  ServiceProcess::Settings settings = SandboxSettings();
  for (std::string& setting : WebhookSettings()) settings.push_back(std::move(setting));
  settings.push_back("telemetry.metrics_listen=" + metrics);
  const ServiceProcess service(folder.path(), settings);
  const servers::PrometheusServer prometheus(metrics);
  const Client client = service.Connect();
  const std::vector<std::string> queries = DashboardQueries();
  REQUIRE(queries.size() > 20);
  int user = 0;
  for (const std::string& query : queries) {
    INFO(query);
    CHECK(Await([&] {
      RegisterUser(client, StrCat("user", ++user, "@example.com"));
      return prometheus.Count(query) > 0;
    }));
  }
}

TEST_CASE("the service runs without metrics if the metrics port is in use, and logs a warning") {
  const Folder folder, other;
  MailApi api;
  const std::string metrics = MetricsAddress();
  ServiceProcess first(folder.path(), Watched(api, metrics));
  ServiceProcess second(other.path(), Watched(api, metrics));
  CHECK_THAT(second.process().errors(), Contains("service.no_metrics") && Contains(metrics));
  CHECK_THAT(first.process().errors(), !Contains("service.no_metrics"));
  CHECK(second.Stop() == 0);
  CHECK(servers::Fetch(StrCat("http://", metrics, "/metrics")).find("keelson_email_") != std::string::npos);
  CHECK(first.Stop() == 0);
}

}  // namespace
}  // namespace keelson::e2e
