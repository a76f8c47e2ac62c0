#include "adapters/telemetry/prometheus/metrics_endpoint.h"

#include <prometheus/exposer.h>

#include <exception>
#include <utility>

#include "adapters/telemetry/prometheus/account_metrics.h"
#include "adapters/telemetry/prometheus/call_metrics.h"
#include "adapters/telemetry/prometheus/email_metrics.h"
#include "adapters/telemetry/prometheus/job_metrics.h"
#include "adapters/telemetry/prometheus/payment_metrics.h"
#include "adapters/telemetry/prometheus/process_metrics.h"
#include "adapters/telemetry/prometheus/trace_metrics.h"
#include "core/common/strings.h"

namespace keelson {

class MetricsEndpoint::Impl {
 public:
  Impl(const std::string& listen, const MetricsSources& sources)
      : process_(std::make_shared<ProcessMetrics>()),
        calls_(std::make_shared<CallMetrics>(sources.calls)),
        jobs_(std::make_shared<JobMetrics>(sources.jobs)),
        traces_(std::make_shared<TraceMetrics>(sources.tracer)),
        email_(std::make_shared<EmailMetrics>(sources.email_providers)),
        payments_(std::make_shared<PaymentMetrics>(sources)),
        accounts_(std::make_shared<AccountMetrics>(sources)),
        exposer_(listen) {
    exposer_.RegisterCollectable(process_);
    exposer_.RegisterCollectable(calls_);
    exposer_.RegisterCollectable(jobs_);
    exposer_.RegisterCollectable(traces_);
    exposer_.RegisterCollectable(email_);
    exposer_.RegisterCollectable(payments_);
    exposer_.RegisterCollectable(accounts_);
  }

  int port() const { return exposer_.GetListeningPorts().front(); }

 private:
  const std::shared_ptr<ProcessMetrics> process_;
  const std::shared_ptr<CallMetrics> calls_;
  const std::shared_ptr<JobMetrics> jobs_;
  const std::shared_ptr<TraceMetrics> traces_;
  const std::shared_ptr<EmailMetrics> email_;
  const std::shared_ptr<PaymentMetrics> payments_;
  const std::shared_ptr<AccountMetrics> accounts_;
  prometheus::Exposer exposer_;
};

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Start(const std::string& listen,
                                                                        const MetricsSources& sources) {
  try {
    return std::unique_ptr<MetricsEndpoint>(new MetricsEndpoint(std::make_unique<Impl>(listen, sources)));
  } catch (const std::exception&) {
    // The library does not report why listening failed.
    return absl::UnavailableError(StrCat("telemetry.metrics_listen: can't listen on ", listen));
  }
}

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsEndpoint::~MetricsEndpoint() = default;

int MetricsEndpoint::port() const {
  return impl_->port();
}

}  // namespace keelson
