#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "core/common/call_statistics.h"

namespace keelson {

// Metrics of the calls of each method at the time of a scrape, with the names and labels of
// go-grpc-prometheus. Every series exists from the first scrape, even if its value is zero.
class CallMetrics : public prometheus::Collectable {
 public:
  explicit CallMetrics(const CallStatisticsSource& calls) : calls_(calls) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const CallStatisticsSource& calls_;
};

}  // namespace keelson
