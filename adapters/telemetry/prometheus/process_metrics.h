#pragma once

#include <prometheus/collectable.h>

#include <vector>

namespace keelson {

// The version of the program, and the metrics of the process that Prometheus's client libraries export, with
// the same names. Thread-safe. Reads /proc/self; a value that can't be read has no series.
class ProcessMetrics : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace keelson
