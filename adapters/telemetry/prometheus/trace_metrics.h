#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "core/common/tracer.h"

namespace keelson {

// Metrics of the export of traces at the time of a scrape: zeros if `tracer` is null.
class TraceMetrics : public prometheus::Collectable {
 public:
  explicit TraceMetrics(const Tracer* tracer) : tracer_(tracer) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Tracer* const tracer_;
};

}  // namespace keelson
