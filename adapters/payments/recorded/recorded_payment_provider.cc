#include "adapters/payments/recorded/recorded_payment_provider.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "core/common/sha256.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

absl::StatusOr<std::unique_ptr<PaymentProvider>> Create(const RecordedPaymentSettings& settings) {
  return std::make_unique<RecordedPaymentProvider>(settings);
}

}  // namespace

PaymentOutcome RecordedPaymentProvider::Refund(const PaymentRefund& refund, Deadline /*deadline*/) {
  const Sha256Digest digest = Sha256(refund.idempotency_key);
  const absl::string_view half(reinterpret_cast<const char*>(digest.data()), digest.size() / 2);
  PaymentOutcome outcome;
  outcome.kind = settings_.confirm ? PaymentOutcome::Kind::kPending : PaymentOutcome::Kind::kSucceeded;
  outcome.provider_reference = StrCat("recorded_", absl::BytesToHexString(half));
  return outcome;
}

PaymentOutcome RecordedPaymentProvider::FindRefund(const PaymentRefund& /*refund*/,
                                                   std::string_view /*provider_reference*/,
                                                   Deadline /*deadline*/) {
  return {.kind = PaymentOutcome::Kind::kUnknown,
          .code = std::string(kNotSearchable),
          .message = "the provider recorded keeps no record of the refunds"};
}

PaymentOutcome RecordedPaymentProvider::Probe(Deadline /*deadline*/) {
  return {.kind = PaymentOutcome::Kind::kSucceeded};
}

PaymentProviderDescriptor DescribeRecordedPayments() {
  return {.section = {.name = "recorded",
                      .defaults = RecordedPaymentSettings(),
                      .keys = {{.name = "confirm",
                                .member = RefTo(&RecordedPaymentSettings::confirm),
                                .description = "whether each refund waits until a person confirms with "
                                               "ConfirmRefund that the money was sent"}}},
          .create = WithSettings(&Create)};
}

}  // namespace keelson
