// Serves the process's metrics for Prometheus at http://HOST:PORT/metrics, in Prometheus's text format.
// adapters/telemetry/README.md lists the metrics.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/telemetry/prometheus/metrics_sources.h"

namespace keelson {

class MetricsEndpoint {
 public:
  // Starts to serve on threads of the endpoint. `listen` is "HOST:PORT". UNAVAILABLE if the endpoint can't
  // listen on this address. The objects of `sources` must outlive the endpoint.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(const std::string& listen,
                                                                const MetricsSources& sources);
  ~MetricsEndpoint();

  int port() const;

 private:
  class Impl;
  explicit MetricsEndpoint(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace keelson
