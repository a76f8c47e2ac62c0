#pragma once

#include "adapters/support/descriptors/payment_provider_descriptor.h"
#include "core/common/deadline.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// For refunds that an operator pays outside of the service (cash, a bank transfer). Calls no payment service;
// every refund succeeds immediately. The payment reference derives from the idempotency key, so that a repeat
// returns the same reference. Stateless and thread-safe.
class RecordedPaymentProvider final : public PaymentProvider {
 public:
  std::string_view name() const override { return "recorded"; }
  PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) override;
};

PaymentProviderDescriptor DescribeRecordedPayments();

}  // namespace keelson
