#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "adapters/telemetry/prometheus/metrics_sources.h"

namespace keelson {

// Metrics of the payment providers, their webhooks and the reconciliations at the time of a scrape. Every
// series exists from the first scrape, even if its value is zero.
class PaymentMetrics : public prometheus::Collectable {
 public:
  explicit PaymentMetrics(const MetricsSources& sources) : sources_(sources) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const MetricsSources sources_;
};

}  // namespace keelson
