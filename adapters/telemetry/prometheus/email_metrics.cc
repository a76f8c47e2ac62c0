#include "adapters/telemetry/prometheus/email_metrics.h"

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <utility>

namespace keelson {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::pair<CircuitState, std::string_view> kCircuitStates[] = {
    {CircuitState::kClosed, "closed"}, {CircuitState::kOpen, "open"}, {CircuitState::kHalfOpen, "half_open"}};

ClientMetric Of(const ProviderStatus& provider) {
  ClientMetric metric;
  metric.label.push_back({"provider", provider.name});
  return metric;
}

void AddAttempts(const ProviderStatus& provider, MetricFamily& family) {
  for (std::size_t kind = 0; kind < kSendOutcomeNames.size(); ++kind) {
    ClientMetric metric = Of(provider);
    metric.label.push_back({"outcome", std::string(kSendOutcomeNames[kind])});
    metric.counter.value = static_cast<double>(provider.attempts[kind]);
    family.metric.push_back(std::move(metric));
  }
}

void AddCircuit(const ProviderStatus& provider, MetricFamily& family) {
  for (const auto& [state, name] : kCircuitStates) {
    ClientMetric metric = Of(provider);
    metric.label.push_back({"state", std::string(name)});
    metric.gauge.value = provider.circuit == state ? 1 : 0;
    family.metric.push_back(std::move(metric));
  }
}

void AddMisconfigured(const ProviderStatus& provider, MetricFamily& family) {
  ClientMetric metric = Of(provider);
  metric.gauge.value = provider.misconfigured ? 1 : 0;
  family.metric.push_back(std::move(metric));
}

}  // namespace

std::vector<MetricFamily> EmailMetrics::Collect() const {
  MetricFamily attempts{
      "keelson_email_attempts_total", "Attempts to send a message, by outcome.", MetricType::Counter, {}};
  MetricFamily circuit{"keelson_email_circuit",
                       "1 for the current state of the provider's circuit breaker.",
                       MetricType::Gauge,
                       {}};
  MetricFamily misconfigured{"keelson_email_misconfigured",
                             "1 while the provider rejects its configuration, such as an invalid API key.",
                             MetricType::Gauge,
                             {}};
  for (const ProviderStatus& provider : providers_.ListProviders()) {
    AddAttempts(provider, attempts);
    AddCircuit(provider, circuit);
    AddMisconfigured(provider, misconfigured);
  }
  return {std::move(attempts), std::move(circuit), std::move(misconfigured)};
}

}  // namespace keelson
