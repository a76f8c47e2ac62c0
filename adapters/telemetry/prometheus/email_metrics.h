#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "core/notifications/provider_status.h"

namespace keelson {

// The e-mail providers as they are when they are asked for. Every series is there from the start, with zero.
class EmailMetrics : public prometheus::Collectable {
 public:
  explicit EmailMetrics(const ProviderStatuses& providers) : providers_(providers) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const ProviderStatuses& providers_;
};

}  // namespace keelson
