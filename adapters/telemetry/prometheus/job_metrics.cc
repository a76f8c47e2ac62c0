#include "adapters/telemetry/prometheus/job_metrics.h"

#include <prometheus/metric_family.h>

#include <utility>

namespace keelson {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

double UnixSeconds(absl::Time time) {
  return time == absl::InfinitePast() ? 0 : absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

}  // namespace

std::vector<MetricFamily> JobMetrics::Collect() const {
  MetricFamily stalled{"keelson_job_stalled",
                       "1 while a run of the background job takes too long or is late.",
                       MetricType::Gauge,
                       {}};
  MetricFamily success{"keelson_job_last_success_time_seconds",
                       "End of the job's last successful run, in seconds since the Unix epoch; 0: none.",
                       MetricType::Gauge,
                       {}};
  for (const JobStatus& job : jobs_.ListJobs()) {
    ClientMetric metric;
    metric.label.push_back({"job_name", job.name});
    metric.gauge.value = job.stalled ? 1 : 0;
    stalled.metric.push_back(metric);
    metric.gauge.value = UnixSeconds(job.last_success);
    success.metric.push_back(std::move(metric));
  }
  return {std::move(stalled), std::move(success)};
}

}  // namespace keelson
