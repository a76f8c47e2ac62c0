// Tests the promises of the port with the provider "recorded", which calls no server.
#include <catch2/catch.hpp>

#include "adapters/payments/recorded/recorded_payment_provider.h"
#include "tests/contract/payments/fixtures.h"

namespace keelson {
namespace {

TEST_CASE("recorded returns the same outcome for the same idempotency key, and passes the probe",
          "[payments]") {
  const PaymentProviderDescriptor descriptor = DescribeRecordedPayments();
  const auto provider = descriptor.create(descriptor.section.defaults);
  REQUIRE(provider.ok());
  PaymentRefund refund;
  refund.id = *RefundId::Parse("refund_01hf7yat00e8r8e2dhp52c4m2r");
  refund.idempotency_key = kSampleKey;
  refund.payment_reference = "till 4, receipt 17";
  refund.amount = {*Currency::Parse("EUR"), 1250};
  const PaymentOutcome first = (*provider)->Refund(refund, Soon());
  CHECK(KindName(first) == "succeeded");
  refund.repeated = true;
  const PaymentOutcome second = (*provider)->Refund(refund, Soon());
  CHECK(KindName(second) == "succeeded");
  CHECK(second.provider_reference == first.provider_reference);
  CHECK(KindName((*provider)->Probe(Soon())) == "succeeded");
  CHECK((*provider)->name() == "recorded");
}

}  // namespace
}  // namespace keelson
