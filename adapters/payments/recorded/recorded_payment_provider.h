#pragma once

#include <string_view>

#include "adapters/support/descriptors/payment_provider_descriptor.h"
#include "core/common/deadline.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

struct RecordedPaymentSettings {
  bool confirm = false;
};

// For refunds that an operator pays outside of the service (cash, a bank transfer). Calls no payment service.
// Every refund succeeds immediately or, with `confirm`, waits until a person confirms the payment
// (ConfirmRefund). The provider reference derives from the idempotency key, so that a repeat returns the same
// reference. Stateless and thread-safe.
class RecordedPaymentProvider final : public PaymentProvider {
 public:
  explicit RecordedPaymentProvider(const RecordedPaymentSettings& settings = {}) : settings_(settings) {}

  std::string_view name() const override { return "recorded"; }
  bool needs_confirmation() const override { return settings_.confirm; }
  PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) override;
  // Always kUnknown: the provider keeps no record of the refunds.
  PaymentOutcome FindRefund(const PaymentRefund& refund, std::string_view provider_reference,
                            Deadline deadline) override;
  PaymentOutcome Probe(Deadline deadline) override;

 private:
  const RecordedPaymentSettings settings_;
};

PaymentProviderDescriptor DescribeRecordedPayments();

}  // namespace keelson
