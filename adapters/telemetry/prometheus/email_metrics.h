#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "core/notifications/provider_status.h"

namespace keelson {

// Metrics of the e-mail providers at the time of a scrape. Every series exists from the first scrape, even
// if its value is zero.
class EmailMetrics : public prometheus::Collectable {
 public:
  explicit EmailMetrics(const ProviderStatuses& providers) : providers_(providers) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const ProviderStatuses& providers_;
};

}  // namespace keelson
