// Tests the metrics of a service, which a real Prometheus scrapes, and the health of its providers.
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/monitoring/prometheus_server.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mail_api.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
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
