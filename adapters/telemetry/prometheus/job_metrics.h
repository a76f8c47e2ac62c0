#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "core/common/job_status.h"

namespace keelson {

// Metrics of the background jobs at the time of a scrape.
class JobMetrics : public prometheus::Collectable {
 public:
  explicit JobMetrics(const JobStatuses& jobs) : jobs_(jobs) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const JobStatuses& jobs_;
};

}  // namespace keelson
