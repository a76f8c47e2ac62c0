#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <utility>

namespace keelson {

// Returns the family of a counter or gauge without labels.
inline prometheus::MetricFamily SingleMetric(std::string name, std::string help, prometheus::MetricType type,
                                             double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {std::move(name), std::move(help), type, {std::move(metric)}};
}

}  // namespace keelson
