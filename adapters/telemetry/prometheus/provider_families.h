// The metrics that e-mail providers and payment providers share.
#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/common/circuit_breaker.h"

namespace keelson {

struct ProviderFamilyTexts {
  // "keelson_email" or "keelson_payment".
  std::string prefix;
  // The help text of the metric PREFIX_attempts_total.
  std::string attempts;
  // The names of the outcomes, in the order of ProviderStatus::attempts.
  std::span<const std::string_view> outcomes;
};

inline constexpr std::pair<CircuitState, std::string_view> kCircuitStates[] = {
    {CircuitState::kClosed, "closed"}, {CircuitState::kOpen, "open"}, {CircuitState::kHalfOpen, "half_open"}};

// Returns the attempts by outcome, the state of the circuit breaker and whether the provider rejects its
// configuration. `Status`: ProviderStatus or PaymentProviderStatus.
template <typename Status>
std::vector<prometheus::MetricFamily> ProviderFamilies(const ProviderFamilyTexts& texts,
                                                       const std::vector<Status>& providers) {
  using prometheus::ClientMetric;
  using prometheus::MetricFamily;
  using prometheus::MetricType;
  MetricFamily attempts{texts.prefix + "_attempts_total", texts.attempts, MetricType::Counter, {}};
  MetricFamily circuit{texts.prefix + "_circuit",
                       "1 for the current state of the provider's circuit breaker.",
                       MetricType::Gauge,
                       {}};
  MetricFamily misconfigured{texts.prefix + "_misconfigured",
                             "1 while the provider rejects its configuration, such as an invalid API key.",
                             MetricType::Gauge,
                             {}};
  for (const Status& provider : providers) {
    ClientMetric metric;
    metric.label.push_back({"provider", provider.name});
    metric.gauge.value = provider.misconfigured ? 1 : 0;
    misconfigured.metric.push_back(metric);
    for (const auto& [state, name] : kCircuitStates) {
      ClientMetric of_state = metric;
      of_state.label.push_back({"state", std::string(name)});
      of_state.gauge.value = provider.circuit == state ? 1 : 0;
      circuit.metric.push_back(std::move(of_state));
    }
    for (std::size_t kind = 0; kind < texts.outcomes.size(); ++kind) {
      ClientMetric of_outcome = metric;
      of_outcome.label.push_back({"outcome", std::string(texts.outcomes[kind])});
      of_outcome.counter.value = static_cast<double>(provider.attempts[kind]);
      attempts.metric.push_back(std::move(of_outcome));
    }
  }
  return {std::move(attempts), std::move(circuit), std::move(misconfigured)};
}

}  // namespace keelson
