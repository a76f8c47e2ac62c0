#include "adapters/telemetry/prometheus/metrics_endpoint.h"

#include <catch2/catch.hpp>

#include "absl/time/clock.h"
#include "adapters/support/http/http_client.h"
#include "core/common/strings.h"
#include "tests/support/postgres/free_port.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

struct Providers : ProviderStatuses {
  std::vector<ProviderStatus> ListProviders() const override { return statuses; }
  std::vector<ProviderStatus> statuses = {{.name = "smtp"}, {.name = "file"}};
};

HttpResponse Get(const MetricsEndpoint& endpoint, const std::string& path) {
  HttpRequest request;
  request.method = "GET";
  request.url = StrCat("http://127.0.0.1:", endpoint.port(), path);
  HttpResult result = HttpClient().Send(request, Deadline::After(absl::Seconds(10)));
  REQUIRE(std::holds_alternative<HttpResponse>(result));
  return std::get<HttpResponse>(std::move(result));
}

TEST_CASE("the endpoint exports the metrics of each provider, with zero for outcomes that did not occur") {
  Providers providers;
  providers.statuses[0].circuit = CircuitState::kOpen;
  providers.statuses[0].misconfigured = true;
  providers.statuses[0].attempts = {7, 0, 0, 0, 0, 0, 3, 0};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", providers));
  const HttpResponse response = Get(*endpoint, "/metrics");
  CHECK(response.status == 200);
  CHECK_THAT(std::string(response.Header("content-type")), Contains("text/plain"));
  for (const char* line : {
           "# TYPE keelson_email_attempts_total counter\n",
           "keelson_email_attempts_total{provider=\"smtp\",outcome=\"accepted\"} 7\n",
           "keelson_email_attempts_total{provider=\"smtp\",outcome=\"config\"} 3\n",
           "keelson_email_attempts_total{provider=\"smtp\",outcome=\"unknown\"} 0\n",
           "keelson_email_attempts_total{provider=\"file\",outcome=\"accepted\"} 0\n",
           "# TYPE keelson_email_circuit gauge\n",
           "keelson_email_circuit{provider=\"smtp\",state=\"open\"} 1\n",
           "keelson_email_circuit{provider=\"smtp\",state=\"closed\"} 0\n",
           "keelson_email_circuit{provider=\"smtp\",state=\"half_open\"} 0\n",
           "keelson_email_circuit{provider=\"file\",state=\"closed\"} 1\n",
           "# TYPE keelson_email_misconfigured gauge\n",
           "keelson_email_misconfigured{provider=\"smtp\"} 1\n",
           "keelson_email_misconfigured{provider=\"file\"} 0\n",
       }) {
    CHECK_THAT(response.body, Contains(line));
  }
  providers.statuses[0].misconfigured = false;
  CHECK_THAT(Get(*endpoint, "/metrics").body, Contains("keelson_email_misconfigured{provider=\"smtp\"} 0\n"));
}

TEST_CASE("every path except /metrics returns 404") {
  const Providers providers;
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", providers));
  CHECK(Get(*endpoint, "/").status == 404);
}

TEST_CASE("the listen address may contain a host name") {
  const Providers providers;
  const int port = servers::FreePort();
  const auto endpoint = Must(MetricsEndpoint::Start(StrCat("localhost:", port), providers));
  CHECK(endpoint->port() == port);
  CHECK(Get(*endpoint, "/metrics").status == 200);
}

TEST_CASE("Start fails while the address is in use, and succeeds once the address is free") {
  const Providers providers;
  auto first = Must(MetricsEndpoint::Start("127.0.0.1:0", providers));
  const std::string listen = StrCat("127.0.0.1:", first->port());
  const absl::Status taken = MetricsEndpoint::Start(listen, providers).status();
  CHECK(absl::IsUnavailable(taken));
  CHECK_THAT(std::string(taken.message()), Contains("telemetry.metrics_listen") && Contains(listen));
  first.reset();
  Must(MetricsEndpoint::Start(listen, providers).status());
}

}  // namespace
}  // namespace keelson
