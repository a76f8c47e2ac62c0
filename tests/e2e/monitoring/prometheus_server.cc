#include "tests/e2e/monitoring/prometheus_server.h"

#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapters/support/http/http_client.h"
#include "tests/support/postgres/await.h"
#include "tests/support/postgres/free_port.h"

namespace keelson::servers {
namespace {

bool Answers(const std::string& url) {
  try {
    Fetch(url);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// Returns `query` percent-encoded for a URL.
std::string Escaped(const std::string& query) {
  std::string escaped;
  for (const char c : query) {
    absl::StrAppend(&escaped, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
  }
  return escaped;
}

}  // namespace

std::string Fetch(const std::string& url) {
  HttpRequest request;
  request.method = "GET";
  request.url = url;
  const HttpResult result = HttpClient().Send(request, Deadline::After(absl::Seconds(10)));
  if (const auto* failure = std::get_if<HttpFailure>(&result)) {
    throw std::runtime_error(url + ": " + failure->reason);
  }
  const auto& response = std::get<HttpResponse>(result);
  if (response.status != 200)
    throw std::runtime_error(absl::StrCat(url, ": ", response.status, " ", response.body));
  return response.body;
}

PrometheusServer::PrometheusServer(const std::string& target) : port_(FreePort()) {
  WriteText(folder_.File("prometheus.yml"),
            absl::StrCat("global: {scrape_interval: 500ms, scrape_timeout: 500ms}\n"
                         "scrape_configs:\n- {job_name: keelson, static_configs: [{targets: ['",
                         target, "']}]}\n"));
  program_.emplace(
      folder_,
      std::vector<std::string>{KEELSON_PROMETHEUS, "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                               absl::StrCat("--web.listen-address=127.0.0.1:", port_)},
      "prometheus.log", SIGTERM);
  if (!Await([this] { return Answers(Url("/-/ready")); })) {
    throw std::runtime_error("Prometheus does not respond: " + program_->LogTail());
  }
}

std::string PrometheusServer::Url(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", port_, path);
}

nlohmann::json PrometheusServer::Series(const std::string& query) const {
  return nlohmann::json::parse(Fetch(Url("/api/v1/query?query=" + Escaped(query)))).at("data").at("result");
}

std::size_t PrometheusServer::Count(const std::string& query) const {
  return Series(query).size();
}

std::optional<std::string> PrometheusServer::Value(const std::string& query) const {
  const nlohmann::json series = Series(query);
  if (series.size() != 1) return std::nullopt;
  return series[0].at("value").at(1).get<std::string>();
}

void PrometheusServer::Lint(const std::string& metrics) const {
  WriteText(folder_.File("metrics"), metrics);
  RunProgram(folder_, {"/bin/sh", "-c", KEELSON_PROMTOOL " check metrics < metrics"});
}

}  // namespace keelson::servers
