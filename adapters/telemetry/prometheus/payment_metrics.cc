#include "adapters/telemetry/prometheus/payment_metrics.h"

#include "adapters/telemetry/prometheus/provider_families.h"

namespace keelson {

std::vector<prometheus::MetricFamily> PaymentMetrics::Collect() const {
  return ProviderFamilies(
      {"keelson_payment", "Calls for a refund or its state, by outcome.", kPaymentOutcomeNames},
      providers_.ListPaymentProviders());
}

}  // namespace keelson
