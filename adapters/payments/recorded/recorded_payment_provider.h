#pragma once

#include "adapters/support/descriptors/payment_provider_descriptor.h"
#include "core/common/deadline.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// For money that is moved by hand, outside (cash, a bank transfer): a refund counts as paid once it is on
// record. Succeeds at once and always; the reference follows from the idempotency key, so that a repeat gets
// the same one. Stateless.
class RecordedPaymentProvider final : public PaymentProvider {
 public:
  std::string_view name() const override { return "recorded"; }
  PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) override;
};

PaymentProviderDescriptor DescribeRecordedPayments();

}  // namespace keelson
