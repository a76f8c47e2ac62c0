#include "adapters/payments/recorded/recorded_payment_provider.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "core/common/sha256.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

absl::StatusOr<std::unique_ptr<PaymentProvider>> Create(const NoSettings& /*settings*/) {
  return std::make_unique<RecordedPaymentProvider>();
}

}  // namespace

PaymentOutcome RecordedPaymentProvider::Refund(const PaymentRefund& refund, Deadline /*deadline*/) {
  const Sha256Digest digest = Sha256(refund.idempotency_key);
  const absl::string_view half(reinterpret_cast<const char*>(digest.data()), digest.size() / 2);
  PaymentOutcome outcome;
  outcome.kind = PaymentOutcome::Kind::kSucceeded;
  outcome.provider_reference = StrCat("recorded_", absl::BytesToHexString(half));
  return outcome;
}

PaymentProviderDescriptor DescribeRecordedPayments() {
  return {.section = {.name = "recorded"}, .create = WithSettings(&Create)};
}

}  // namespace keelson
