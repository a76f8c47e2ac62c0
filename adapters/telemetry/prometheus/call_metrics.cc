#include "adapters/telemetry/prometheus/call_metrics.h"

#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

namespace keelson {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric MetricOf(const CallStatistics& calls) {
  ClientMetric metric;
  metric.label = {
      {"grpc_type", std::string(calls.type)}, {"grpc_service", calls.service}, {"grpc_method", calls.method}};
  return metric;
}

ClientMetric Started(const CallStatistics& calls) {
  ClientMetric metric = MetricOf(calls);
  metric.counter.value = static_cast<double>(calls.started);
  return metric;
}

ClientMetric Handled(const CallStatistics& calls, std::size_t code) {
  ClientMetric metric = MetricOf(calls);
  metric.label.push_back({"grpc_code", std::string(kCallCodeNames[code])});
  metric.counter.value = static_cast<double>(calls.handled[code]);
  return metric;
}

ClientMetric InFlight(const CallStatistics& calls) {
  ClientMetric metric = MetricOf(calls);
  metric.gauge.value = static_cast<double>(
      calls.started - std::accumulate(calls.handled.begin(), calls.handled.end(), std::int64_t{0}));
  return metric;
}

// The buckets of Prometheus are cumulative.
ClientMetric Durations(const CallStatistics& calls) {
  ClientMetric metric = MetricOf(calls);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < calls.durations.size(); ++i) {
    count += static_cast<std::uint64_t>(calls.durations[i]);
    ClientMetric::Bucket bucket;
    bucket.cumulative_count = count;
    bucket.upper_bound =
        i < kCallDurationBounds.size() ? kCallDurationBounds[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = absl::ToDoubleSeconds(calls.total_duration);
  return metric;
}

}  // namespace

std::vector<MetricFamily> CallMetrics::Collect() const {
  MetricFamily started{
      "grpc_server_started_total", "Calls that arrived, by method.", MetricType::Counter, {}};
  MetricFamily handled{
      "grpc_server_handled_total", "Calls that ended, by method and status code.", MetricType::Counter, {}};
  MetricFamily durations{"grpc_server_handling_seconds",
                         "Time from the arrival of a call to its response, by method.",
                         MetricType::Histogram,
                         {}};
  MetricFamily in_flight{
      "keelson_calls_in_flight", "Calls that arrived and have not ended, by method.", MetricType::Gauge, {}};
  for (const CallStatistics& calls : calls_.ListCalls()) {
    started.metric.push_back(Started(calls));
    for (std::size_t code = 0; code < kCallCodeNames.size(); ++code) {
      handled.metric.push_back(Handled(calls, code));
    }
    durations.metric.push_back(Durations(calls));
    in_flight.metric.push_back(InFlight(calls));
  }
  return {std::move(started), std::move(handled), std::move(durations), std::move(in_flight)};
}

}  // namespace keelson
