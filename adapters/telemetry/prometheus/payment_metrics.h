#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "core/refunds/payment_provider_status.h"

namespace keelson {

// Metrics of the payment providers at the time of a scrape. Every series exists from the first scrape, even
// if its value is zero.
class PaymentMetrics : public prometheus::Collectable {
 public:
  explicit PaymentMetrics(const PaymentProviderStatuses& providers) : providers_(providers) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const PaymentProviderStatuses& providers_;
};

}  // namespace keelson
