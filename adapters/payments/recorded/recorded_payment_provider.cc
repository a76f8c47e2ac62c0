#include "adapters/payments/recorded/recorded_payment_provider.h"

#include "absl/strings/escaping.h"
#include "core/common/sha256.h"
#include "core/common/strings.h"

namespace keelson {

PaymentOutcome RecordedPaymentProvider::Refund(const PaymentRefund& refund, Deadline /*deadline*/) {
  const Sha256Digest digest = Sha256(refund.idempotency_key);
  const absl::string_view half(reinterpret_cast<const char*>(digest.data()), digest.size() / 2);
  PaymentOutcome outcome;
  outcome.kind = PaymentOutcome::Kind::kSucceeded;
  outcome.provider_reference = StrCat("recorded_", absl::BytesToHexString(half));
  return outcome;
}

}  // namespace keelson
