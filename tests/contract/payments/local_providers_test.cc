// Tests the promises of the port with the providers that call no server: recorded and sandbox.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "adapters/payments/recorded/recorded_payment_provider.h"
#include "adapters/payments/sandbox/sandbox_payment_provider.h"
#include "tests/contract/payments/fixtures.h"

namespace keelson {
namespace {

void ForEveryLocalProvider(const std::function<void(PaymentProvider&)>& holds) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("keelson-payments-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  SandboxSettings sandbox;
  sandbox.path = folder / "payments.jsonl";
  const std::pair<PaymentProviderDescriptor, AdapterSettings> providers[] = {
      {DescribeRecordedPayments(), DescribeRecordedPayments().section.defaults},
      {DescribeSandboxPayments(), sandbox}};
  for (const auto& [descriptor, settings] : providers) {
    DYNAMIC_SECTION(descriptor.section.name) {
      const auto provider = descriptor.create(settings);
      REQUIRE(provider.ok());
      CHECK((*provider)->name() == descriptor.section.name);
      holds(**provider);
    }
  }
  std::filesystem::remove_all(folder);
}

PaymentRefund LocalRefund() {
  PaymentRefund refund;
  refund.id = *RefundId::Parse("refund_01hf7yat00e8r8e2dhp52c4m2r");
  refund.idempotency_key = kSampleKey;
  refund.payment_reference = "till 4, receipt 17";
  refund.amount = {*Currency::Parse("EUR"), 1250};
  return refund;
}

TEST_CASE("a local provider returns the same outcome for the same idempotency key", "[payments]") {
  ForEveryLocalProvider([](PaymentProvider& provider) {
    PaymentRefund refund = LocalRefund();
    const PaymentOutcome first = provider.Refund(refund, Soon());
    CHECK(KindName(first) == "succeeded");
    CHECK_FALSE(first.provider_reference.empty());
    refund.repeated = true;
    const PaymentOutcome second = provider.Refund(refund, Soon());
    CHECK(KindName(second) == "succeeded");
    CHECK(second.provider_reference == first.provider_reference);
    refund.idempotency_key += "-2";
    CHECK(provider.Refund(refund, Soon()).provider_reference != first.provider_reference);
  });
}

TEST_CASE("a local provider passes the probe, and does not deny a refund that it has paid", "[payments]") {
  ForEveryLocalProvider([](PaymentProvider& provider) {
    CHECK(KindName(provider.Probe(Soon())) == "succeeded");
    const PaymentRefund refund = LocalRefund();
    const std::string reference = provider.Refund(refund, Soon()).provider_reference;
    for (const std::string& known : {reference, std::string()}) {
      const std::string kind = KindName(provider.FindRefund(refund, known, Soon()));
      // recorded keeps no record of the refunds.
      CHECK(kind == (provider.name() == "recorded" ? "unknown" : "succeeded"));
    }
  });
}

}  // namespace
}  // namespace keelson
