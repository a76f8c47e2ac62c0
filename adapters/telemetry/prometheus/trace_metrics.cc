#include "adapters/telemetry/prometheus/trace_metrics.h"

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <utility>

namespace keelson {

std::vector<prometheus::MetricFamily> TraceMetrics::Collect() const {
  const SpanCounts counts = tracer_ == nullptr ? SpanCounts() : tracer_->CountSpans();
  const std::pair<std::string, std::int64_t> outcomes[] = {
      {"exported", counts.exported}, {"overflowed", counts.overflowed}, {"failed", counts.failed}};
  prometheus::MetricFamily family{"keelson_spans_total",
                                  "Sampled spans of calls, by outcome of their export.",
                                  prometheus::MetricType::Counter,
                                  {}};
  for (const auto& [outcome, count] : outcomes) {
    prometheus::ClientMetric metric;
    metric.label.push_back({"outcome", outcome});
    metric.counter.value = static_cast<double>(count);
    family.metric.push_back(std::move(metric));
  }
  return {std::move(family)};
}

}  // namespace keelson
