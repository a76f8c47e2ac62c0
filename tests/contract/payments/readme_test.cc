#include <catch2/catch.hpp>

#include "acme_payment_provider.h"
#include "tests/contract/payments/fixtures.h"

namespace keelson {
namespace {

Reply AcmeReply(int status, const std::string& body) {
  return {.status = status, .body = body, .headers = {}, .act = {}};
}

TEST_CASE("the README's example payment provider sends a request and translates responses", "[payments]") {
  servers::ScriptedServer server(
      [](const auto&) { return AcmeReply(201, R"({"id":"r-1","state":"paid"})"); });
  AcmePaymentProvider provider({.key = Secret(kTestKey), .base_url = server.url()});
  PaymentRefund refund = SampleRefund(FixtureOf("stripe"));
  const auto kind = [&](int status, const std::string& body) {
    server.SetScript([status, body](const auto&) { return AcmeReply(status, body); });
    return KindName(provider.Refund(refund, Soon()));
  };
  CHECK(provider.Refund(refund, Soon()).provider_reference == "r-1");
  CHECK(server.requests().at(0).headers.at("idempotency-key") == kSampleKey);
  CHECK(KindName(provider.FindRefund(refund, "r-1", Soon())) == "succeeded");
  CHECK(KindName(provider.FindRefund(refund, "", Soon())) == "unknown");
  CHECK(KindName(provider.Probe(Soon())) == "succeeded");
  CHECK(kind(201, R"({"id":"r-1","state":"open"})") == "pending");
  CHECK(kind(201, R"({"id":"r-1","state":"refused"})") == "failed");
  CHECK(kind(422, R"({"code":"already_refunded"})") == "failed");
  CHECK(kind(422, R"({"code":"account_empty"})") == "config");
  CHECK(kind(500, "{}") == "unknown");
  CHECK(kind(201, "<html>") == "unknown");
  refund.amount = {*Currency::Parse("KWD"), 5124};
  CHECK(kind(201, R"({"id":"r-1","state":"paid"})") == "failed");
  // The provider forgets keys after a day and has no search, so that an older refund is not repeated.
  refund = RepeatedRefund(FixtureOf("stripe"), absl::Hours(48));
  CHECK(kind(201, R"({"id":"r-1","state":"paid"})") == "unknown");
}

}  // namespace
}  // namespace keelson
