#include "adapters/telemetry/prometheus/payment_metrics.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "adapters/telemetry/prometheus/provider_families.h"
#include "adapters/telemetry/prometheus/single_metric.h"

namespace keelson {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily WebhookFamily(const std::vector<WebhookStatus>& webhooks) {
  MetricFamily family{
      "keelson_payment_webhooks_total", "Webhooks of payment providers, by result.", MetricType::Counter, {}};
  for (const WebhookStatus& status : webhooks) {
    for (std::size_t result = 0; result < kWebhookResultNames.size(); ++result) {
      ClientMetric metric;
      metric.label = {{"provider", status.provider}, {"result", std::string(kWebhookResultNames[result])}};
      metric.counter.value = static_cast<double>(status.received[result]);
      family.metric.push_back(std::move(metric));
    }
  }
  return family;
}

std::vector<MetricFamily> ReconciliationFamilies(const ReconciliationStatus& status) {
  const double finished =
      status.runs == 0 ? 0 : absl::ToDoubleSeconds(status.finish_time - absl::UnixEpoch());
  return {SingleMetric("keelson_payment_reconciliations_total",
                       "Completed comparisons of the refunds with their payment providers.",
                       MetricType::Counter, static_cast<double>(status.runs)),
          SingleMetric("keelson_payment_reconciliation_time_seconds",
                       "End of the last comparison, in seconds since the Unix epoch; 0: none.",
                       MetricType::Gauge, finished),
          SingleMetric("keelson_payment_differences",
                       "Differences that the last comparison found and did not repair.", MetricType::Gauge,
                       static_cast<double>(status.last.differences)),
          SingleMetric("keelson_payment_not_compared",
                       "Refunds whose state the providers did not tell in the last comparison.",
                       MetricType::Gauge, static_cast<double>(status.last.not_compared)),
          SingleMetric("keelson_payment_differences_repaired_total", "Differences that were repaired.",
                       MetricType::Counter, static_cast<double>(status.repaired))};
}

}  // namespace

std::vector<MetricFamily> PaymentMetrics::Collect() const {
  std::vector<MetricFamily> families = ProviderFamilies(
      {"keelson_payment", "Calls for a refund or its state, by outcome.", kPaymentOutcomeNames},
      sources_.payment_providers.ListPaymentProviders());
  families.push_back(WebhookFamily(sources_.webhooks.ListWebhooks()));
  for (MetricFamily& family : ReconciliationFamilies(sources_.reconciliations.LastReconciliation())) {
    families.push_back(std::move(family));
  }
  return families;
}

}  // namespace keelson
