#include "adapters/telemetry/prometheus/metrics_endpoint.h"

#include <prometheus/exposer.h>

#include <exception>
#include <utility>

#include "adapters/telemetry/prometheus/email_metrics.h"
#include "core/common/strings.h"

namespace keelson {

class MetricsEndpoint::Impl {
 public:
  Impl(const std::string& listen, const ProviderStatuses& providers)
      : email_(std::make_shared<EmailMetrics>(providers)), exposer_(listen) {
    exposer_.RegisterCollectable(email_);
  }

  int port() const { return exposer_.GetListeningPorts().front(); }

 private:
  const std::shared_ptr<EmailMetrics> email_;
  prometheus::Exposer exposer_;
};

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Start(const std::string& listen,
                                                                        const ProviderStatuses& providers) {
  try {
    return std::unique_ptr<MetricsEndpoint>(new MetricsEndpoint(std::make_unique<Impl>(listen, providers)));
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
