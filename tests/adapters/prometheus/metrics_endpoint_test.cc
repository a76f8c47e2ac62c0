#include "adapters/telemetry/prometheus/metrics_endpoint.h"

#include <catch2/catch.hpp>

#include "absl/time/clock.h"
#include "adapters/store/memory/memory_store.h"
#include "adapters/support/http/http_client.h"
#include "core/common/strings.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_password_hasher.h"
#include "tests/support/postgres/free_port.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

struct Providers : ProviderStatuses {
  std::vector<ProviderStatus> ListProviders() const override { return statuses; }
  std::vector<ProviderStatus> statuses = {{.name = "smtp"}, {.name = "file"}};
};

struct PaymentProviders : PaymentProviderStatuses {
  std::vector<PaymentProviderStatus> ListPaymentProviders() const override { return statuses; }
  std::vector<PaymentProviderStatus> statuses = {{.name = "stripe"}, {.name = "recorded"}};
};

struct Webhooks : WebhookStatuses {
  std::vector<WebhookStatus> ListWebhooks() const override { return statuses; }
  std::vector<WebhookStatus> statuses;
};

struct Reconciliations : ReconciliationStatuses {
  ReconciliationStatus LastReconciliation() const override { return status; }
  ReconciliationStatus status;
};

struct Calls : CallStatisticsSource {
  std::vector<CallStatistics> ListCalls() const override { return statistics; }
  std::vector<CallStatistics> statistics;
};

struct Jobs : JobStatuses {
  std::vector<JobStatus> ListJobs() const override { return statuses; }
  std::vector<JobStatus> statuses;
};

struct CountingTracer : Tracer {
  CallTrace BeginCall(std::string_view, std::string_view) override { return {}; }
  void EndCall(const CallSpan&) override {}
  SpanCounts CountSpans() const override { return counts; }
  SpanCounts counts;
};

struct Sources {
  Calls calls;
  Jobs jobs;
  CountingTracer tracer;
  Providers providers;
  PaymentProviders payment_providers;
  Webhooks webhooks;
  Reconciliations reconciliations;
  AccountCounters accounts;
  SignInCounters sign_ins{};
  FakeClock clock;
  MemoryStore store;
  CountSessions sessions{store, clock, {}};
  FakePasswordHasher hasher;

  operator MetricsSources() const {
    return {calls,    jobs,     &tracer,  providers, payment_providers, webhooks, reconciliations,
            accounts, sign_ins, sessions, hasher};
  }
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
  Sources sources;
  std::vector<ProviderStatus>& providers = sources.providers.statuses;
  providers[0].circuit = CircuitState::kOpen;
  providers[0].misconfigured = true;
  providers[0].attempts = {7, 0, 0, 0, 0, 0, 3, 0};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
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
  providers[0].misconfigured = false;
  CHECK_THAT(Get(*endpoint, "/metrics").body, Contains("keelson_email_misconfigured{provider=\"smtp\"} 0\n"));
}

TEST_CASE("the endpoint exports the metrics of each payment provider") {
  Sources sources;
  PaymentProviderStatus& stripe = sources.payment_providers.statuses[0];
  stripe.circuit = CircuitState::kHalfOpen;
  stripe.misconfigured = true;
  stripe.attempts = {7, 0, 0, 2, 0, 0, 3, 0};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const HttpResponse response = Get(*endpoint, "/metrics");
  for (const char* line : {
           "# TYPE keelson_payment_attempts_total counter\n",
           "keelson_payment_attempts_total{provider=\"stripe\",outcome=\"succeeded\"} 7\n",
           "keelson_payment_attempts_total{provider=\"stripe\",outcome=\"unknown\"} 2\n",
           "keelson_payment_attempts_total{provider=\"stripe\",outcome=\"config\"} 3\n",
           "keelson_payment_attempts_total{provider=\"recorded\",outcome=\"not_found\"} 0\n",
           "# TYPE keelson_payment_circuit gauge\n",
           "keelson_payment_circuit{provider=\"stripe\",state=\"half_open\"} 1\n",
           "keelson_payment_circuit{provider=\"stripe\",state=\"closed\"} 0\n",
           "keelson_payment_circuit{provider=\"recorded\",state=\"closed\"} 1\n",
           "keelson_payment_misconfigured{provider=\"stripe\"} 1\n",
           "keelson_payment_misconfigured{provider=\"recorded\"} 0\n",
       }) {
    CHECK_THAT(response.body, Contains(line));
  }
}

TEST_CASE("the endpoint exports the webhooks of each provider by result") {
  Sources sources;
  sources.webhooks.statuses = {{.provider = "stripe", .received = {3, 0, 0, 0, 0, 2, 0, 1}}};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const HttpResponse response = Get(*endpoint, "/metrics");
  for (const char* line : {
           "# TYPE keelson_payment_webhooks_total counter\n",
           "keelson_payment_webhooks_total{provider=\"stripe\",result=\"due\"} 3\n",
           "keelson_payment_webhooks_total{provider=\"stripe\",result=\"repeated\"} 0\n",
           "keelson_payment_webhooks_total{provider=\"stripe\",result=\"rejected\"} 2\n",
           "keelson_payment_webhooks_total{provider=\"stripe\",result=\"unavailable\"} 1\n",
       }) {
    CHECK_THAT(response.body, Contains(line));
  }
}

TEST_CASE("the endpoint exports the last reconciliation") {
  Sources sources;
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const std::string before = Get(*endpoint, "/metrics").body;
  CHECK_THAT(before, Contains("keelson_payment_reconciliations_total 0\n"));
  CHECK_THAT(before, Contains("keelson_payment_reconciliation_time_seconds 0\n"));
  sources.reconciliations.status = {
      .runs = 4,
      .finish_time = absl::FromUnixSeconds(1000),
      .last = {.compared = 9, .differences = 2, .repaired = 1, .not_compared = 3},
      .repaired = 7};
  const std::string after = Get(*endpoint, "/metrics").body;
  for (const char* line : {
           "# TYPE keelson_payment_differences gauge\n",
           "keelson_payment_reconciliations_total 4\n",
           "keelson_payment_reconciliation_time_seconds 1000\n",
           "keelson_payment_differences 2\n",
           "keelson_payment_not_compared 3\n",
           "keelson_payment_differences_repaired_total 7\n",
       }) {
    CHECK_THAT(after, Contains(line));
  }
}

TEST_CASE("the endpoint exports the metrics of accounts, with zero for outcomes that did not occur") {
  Sources sources;
  sources.accounts.registrations = 5;
  sources.accounts.verifications = 4;
  sources.sign_ins[static_cast<std::size_t>(SignInOutcome::kOk)] = 3;
  sources.sign_ins[static_cast<std::size_t>(SignInOutcome::kThrottled)] = 2;
  sources.hasher.current_load = {.running = 2, .waiting = 7};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const HttpResponse response = Get(*endpoint, "/metrics");
  for (const char* line : {
           "# TYPE keelson_registrations_total counter\n",
           "keelson_registrations_total 5\n",
           "keelson_verifications_total 4\n",
           "# TYPE keelson_sign_ins_total counter\n",
           "keelson_sign_ins_total{outcome=\"ok\"} 3\n",
           "keelson_sign_ins_total{outcome=\"credentials\"} 0\n",
           "keelson_sign_ins_total{outcome=\"not_allowed\"} 0\n",
           "keelson_sign_ins_total{outcome=\"throttled\"} 2\n",
           "keelson_sign_ins_total{outcome=\"overloaded\"} 0\n",
           "keelson_sign_ins_total{outcome=\"error\"} 0\n",
           "# TYPE keelson_sessions_active gauge\n",
           "keelson_sessions_active 0\n",
           "keelson_hash_slots_in_use 2\n",
           "keelson_hash_slots_queued 7\n",
       }) {
    CHECK_THAT(response.body, Contains(line));
  }
}

TEST_CASE("the endpoint exports the calls of each method") {
  Sources sources;
  CallStatistics calls;
  calls.service = "acme.Users";
  calls.method = "GetUser";
  calls.type = "unary";
  calls.started = 6;
  calls.handled[0] = 3;
  calls.handled[5] = 2;
  calls.durations[0] = 1;
  calls.durations[2] = 3;
  calls.durations.back() = 1;
  calls.total_duration = absl::Milliseconds(12'500);
  sources.calls.statistics = {calls};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const std::string scraped = Get(*endpoint, "/metrics").body;
  const std::string labels = R"({grpc_type="unary",grpc_service="acme.Users",grpc_method="GetUser")";
  for (const std::string& line : {
           std::string("# TYPE grpc_server_handling_seconds histogram\n"),
           "grpc_server_started_total" + labels + "} 6\n",
           "grpc_server_handled_total" + labels + ",grpc_code=\"OK\"} 3\n",
           "grpc_server_handled_total" + labels + ",grpc_code=\"NotFound\"} 2\n",
           "grpc_server_handled_total" + labels + ",grpc_code=\"Unauthenticated\"} 0\n",
           "grpc_server_handling_seconds_count" + labels + "} 5\n",
           "grpc_server_handling_seconds_sum" + labels + "} 12.5\n",
           "grpc_server_handling_seconds_bucket" + labels + ",le=\"0.005\"} 1\n",
           "grpc_server_handling_seconds_bucket" + labels + ",le=\"0.01\"} 1\n",
           "grpc_server_handling_seconds_bucket" + labels + ",le=\"0.025\"} 4\n",
           "grpc_server_handling_seconds_bucket" + labels + ",le=\"10\"} 4\n",
           "grpc_server_handling_seconds_bucket" + labels + ",le=\"+Inf\"} 5\n",
           "keelson_calls_in_flight" + labels + "} 1\n",
       }) {
    CHECK_THAT(scraped, Contains(line));
  }
}

TEST_CASE("the endpoint exports the spans by outcome") {
  Sources sources;
  sources.tracer.counts = {.exported = 5, .overflowed = 2, .failed = 1};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const std::string scraped = Get(*endpoint, "/metrics").body;
  for (const char* line : {
           "# TYPE keelson_spans_total counter\n",
           "keelson_spans_total{outcome=\"exported\"} 5\n",
           "keelson_spans_total{outcome=\"overflowed\"} 2\n",
           "keelson_spans_total{outcome=\"failed\"} 1\n",
       }) {
    CHECK_THAT(scraped, Contains(line));
  }
}

TEST_CASE("the endpoint exports whether a job is stalled and when it last succeeded") {
  Sources sources;
  sources.jobs.statuses = {{.name = "purge", .stalled = true},
                           {.name = "send", .last_success = absl::FromUnixSeconds(1000)}};
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const std::string scraped = Get(*endpoint, "/metrics").body;
  for (const char* line : {
           "keelson_job_stalled{job_name=\"purge\"} 1\n",
           "keelson_job_stalled{job_name=\"send\"} 0\n",
           "keelson_job_last_success_time_seconds{job_name=\"purge\"} 0\n",
           "keelson_job_last_success_time_seconds{job_name=\"send\"} 1000\n",
       }) {
    CHECK_THAT(scraped, Contains(line));
  }
}

// Returns the value of a metric without labels.
double ValueOf(const std::string& scraped, const std::string& metric) {
  const std::size_t line = scraped.find("\n" + metric + " ");
  INFO(metric);
  REQUIRE(line != std::string::npos);
  return std::stod(scraped.substr(line + metric.size() + 2));
}

TEST_CASE("the endpoint exports the process and its version") {
  const Sources sources;
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const std::string scraped = Get(*endpoint, "/metrics").body;
  CHECK_THAT(scraped, Contains("keelson_build_info{version=\""));
  const double age =
      absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()) - ValueOf(scraped, "process_start_time_seconds");
  CHECK(age > -2);
  CHECK(age < 600);
  CHECK(ValueOf(scraped, "process_cpu_seconds_total") > 0);
  const double resident = ValueOf(scraped, "process_resident_memory_bytes");
  CHECK(resident > 1 << 20);
  CHECK(ValueOf(scraped, "process_virtual_memory_bytes") >= resident);
  // The standard streams and the socket of the endpoint.
  CHECK(ValueOf(scraped, "process_open_fds") >= 4);
  CHECK(ValueOf(scraped, "process_max_fds") >= ValueOf(scraped, "process_open_fds"));
}

TEST_CASE("every path except /metrics returns 404") {
  const Sources sources;
  const auto endpoint = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  CHECK(Get(*endpoint, "/").status == 404);
}

TEST_CASE("the listen address may contain a host name") {
  const Sources sources;
  const int port = servers::FreePort();
  const auto endpoint = Must(MetricsEndpoint::Start(StrCat("localhost:", port), sources));
  CHECK(endpoint->port() == port);
  CHECK(Get(*endpoint, "/metrics").status == 200);
}

TEST_CASE("Start fails while the address is in use, and succeeds once the address is free") {
  const Sources sources;
  auto first = Must(MetricsEndpoint::Start("127.0.0.1:0", sources));
  const std::string listen = StrCat("127.0.0.1:", first->port());
  const absl::Status taken = MetricsEndpoint::Start(listen, sources).status();
  CHECK(absl::IsUnavailable(taken));
  CHECK_THAT(std::string(taken.message()), Contains("telemetry.metrics_listen") && Contains(listen));
  first.reset();
  Must(MetricsEndpoint::Start(listen, sources).status());
}

}  // namespace
}  // namespace keelson
