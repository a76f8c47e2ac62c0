#include "adapters/payments/recorded/recorded_payment_provider.h"

#include <catch2/catch.hpp>

namespace keelson {
namespace {

PaymentRefund RefundWithKey(std::string key) {
  PaymentRefund refund;
  refund.idempotency_key = std::move(key);
  refund.payment_reference = "cash";
  refund.amount = {*Currency::Parse("EUR"), 1250};
  return refund;
}

}  // namespace

TEST_CASE("the recorded provider accepts every refund immediately, even after the deadline") {
  RecordedPaymentProvider provider;
  const PaymentOutcome outcome =
      provider.Refund(RefundWithKey("refund_1"), Deadline::After(absl::ZeroDuration()));
  CHECK(outcome.kind == PaymentOutcome::Kind::kSucceeded);
  CHECK(outcome.code.empty());
  CHECK(provider.name() == "recorded");
}

TEST_CASE("a refund's reference at the recorded provider derives from the idempotency key") {
  RecordedPaymentProvider one;
  RecordedPaymentProvider other;
  const std::string first = one.Refund(RefundWithKey("refund_1"), Deadline::Never()).provider_reference;
  CHECK(first == other.Refund(RefundWithKey("refund_1"), Deadline::Never()).provider_reference);
  CHECK(first != one.Refund(RefundWithKey("refund_2"), Deadline::Never()).provider_reference);
  CHECK(first.size() == std::string("recorded_").size() + 32);
}

TEST_CASE("with confirm, the recorded provider leaves every refund pending under the same reference") {
  RecordedPaymentProvider immediate;
  RecordedPaymentProvider confirmed(RecordedPaymentSettings{.confirm = true});
  CHECK_FALSE(immediate.needs_confirmation());
  CHECK(confirmed.needs_confirmation());
  const PaymentOutcome outcome = confirmed.Refund(RefundWithKey("refund_1"), Deadline::Never());
  CHECK(outcome.kind == PaymentOutcome::Kind::kPending);
  CHECK(outcome.provider_reference ==
        immediate.Refund(RefundWithKey("refund_1"), Deadline::Never()).provider_reference);
}

TEST_CASE("the recorded provider can't search for refunds, and its probe succeeds") {
  RecordedPaymentProvider provider;
  const PaymentOutcome found = provider.FindRefund(RefundWithKey("refund_1"), "", Deadline::Never());
  CHECK(found.kind == PaymentOutcome::Kind::kUnknown);
  CHECK(found.code == "NOT_SEARCHABLE");
  CHECK(provider.Probe(Deadline::Never()).kind == PaymentOutcome::Kind::kSucceeded);
}

}  // namespace keelson
