#include "adapters/telemetry/prometheus/email_metrics.h"

#include "adapters/telemetry/prometheus/provider_families.h"

namespace keelson {

std::vector<prometheus::MetricFamily> EmailMetrics::Collect() const {
  return ProviderFamilies({"keelson_email", "Attempts to send a message, by outcome.", kSendOutcomeNames},
                          providers_.ListProviders());
}

}  // namespace keelson
