// Tests behaviour that is specific to one provider.
#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "adapters/payments/braintree/braintree_payment_provider.h"
#include "adapters/payments/http/decimal_amount.h"
#include "adapters/payments/paypal/paypal_payment_provider.h"
#include "adapters/payments/stripe/stripe_payment_provider.h"
#include "tests/contract/payments/fixtures.h"
#include "tests/contract/payments/request_checks.h"
#include "tests/support/http/request_reader.h"

namespace keelson {
namespace {

using nlohmann::json;
using servers::ScriptedServer;
using servers::SeenRequest;

Money MoneyOf(const std::string& currency, std::int64_t minor_units) {
  return {*Currency::Parse(currency), minor_units};
}

// Returns the request of a refund; nullopt if the provider rejects the refund without a request.
std::optional<SeenRequest> RequestOf(const PaymentFixture& fixture, const PaymentRefund& refund) {
  Counterpart counterpart(fixture,
                          fixture.refunded(fixture.refund("re-1", refund.idempotency_key, RefundAt::kPaid)));
  counterpart.provider().Refund(refund, Soon());
  const std::vector<SeenRequest> requests = counterpart.Requests(Purpose::kRefund);
  return requests.empty() ? std::nullopt : std::optional(requests.at(0));
}

std::optional<SeenRequest> RequestFor(const std::string& name, const Money& amount) {
  PaymentRefund refund = SampleRefund(FixtureOf(name));
  refund.amount = amount;
  return RequestOf(FixtureOf(name), refund);
}

// Returns the amount as the provider receives it; "rejected" if it receives none.
std::string AmountAtStripe(const Money& amount) {
  const auto request = RequestFor("stripe", amount);
  return request ? servers::FormFields(request->body).value("amount", "") : "rejected";
}
std::string AmountAtPayPal(const Money& amount) {
  const auto request = RequestFor("paypal", amount);
  return request ? json::parse(request->body).at("amount").value("value", "") : "rejected";
}
std::string AmountAtBraintree(const Money& amount) {
  const auto request = RequestFor("braintree", amount);
  if (!request) return "rejected";
  return json::parse(request->body).at("variables").at("input").at("refund").value("amount", "");
}

TEST_CASE("Stripe receives an amount in the units in which Stripe counts the currency", "[payments]") {
  CHECK(AmountAtStripe(MoneyOf("EUR", 1)) == "1");
  CHECK(AmountAtStripe(MoneyOf("JPY", 500)) == "500");
  CHECK(AmountAtStripe(MoneyOf("KRW", 500)) == "500");
  CHECK(AmountAtStripe(MoneyOf("ISK", 5)) == "500");
  CHECK(AmountAtStripe(MoneyOf("UGX", 5)) == "500");
  CHECK(AmountAtStripe(MoneyOf("HUF", 1045)) == "1045");
  CHECK(AmountAtStripe(MoneyOf("TWD", 1045)) == "1045");
  CHECK(AmountAtStripe(MoneyOf("MGA", 500)) == "5");
  CHECK(AmountAtStripe(MoneyOf("MGA", 501)) == "rejected");
  CHECK(AmountAtStripe(MoneyOf("KWD", 5120)) == "5120");
  CHECK(AmountAtStripe(MoneyOf("KWD", 5124)) == "rejected");
  CHECK(AmountAtStripe(MoneyOf("EUR", kMaxMinorUnits)) == "1000000000000000");
}

TEST_CASE("PayPal receives a decimal amount with the decimals of the currency at PayPal", "[payments]") {
  CHECK(AmountAtPayPal(MoneyOf("EUR", 2500)) == "25.00");
  CHECK(AmountAtPayPal(MoneyOf("EUR", 5)) == "0.05");
  CHECK(AmountAtPayPal(MoneyOf("JPY", 500)) == "500");
  CHECK(AmountAtPayPal(MoneyOf("HUF", 50000)) == "500");
  CHECK(AmountAtPayPal(MoneyOf("HUF", 50001)) == "rejected");
  CHECK(AmountAtPayPal(MoneyOf("TWD", 500)) == "5");
  CHECK(AmountAtPayPal(MoneyOf("USD", kMaxMinorUnits)) == "10000000000000.00");
}

TEST_CASE("Braintree receives a decimal amount with the decimals of ISO 4217", "[payments]") {
  CHECK(AmountAtBraintree(MoneyOf("EUR", 2500)) == "25.00");
  CHECK(AmountAtBraintree(MoneyOf("JPY", 500)) == "500");
  CHECK(AmountAtBraintree(MoneyOf("KWD", 5124)) == "5.124");
  CHECK(AmountAtBraintree(MoneyOf("CLF", 12345)) == "rejected");
}

TEST_CASE("an amount that the provider cannot express is kFailed, and the error names the amount",
          "[payments]") {
  const PaymentFixture& fixture = FixtureOf("stripe");
  Counterpart counterpart(fixture, fixture.bad_key);
  PaymentRefund refund = SampleRefund(fixture);
  refund.amount = MoneyOf("KWD", 5124);
  const PaymentOutcome outcome = counterpart.provider().Refund(refund, Soon());
  CHECK(KindName(outcome) == "failed");
  CHECK(outcome.code == "AMOUNT_NOT_REPRESENTABLE");
  CHECK_THAT(outcome.message, Catch::Contains("stripe cannot refund 5.124 KWD"));
}

TEST_CASE("an amount that overflows int64 in the provider's units is not representable", "[payments]") {
  CHECK(UnitsOf(MoneyOf("ISK", std::int64_t{1} << 60), 2) == std::nullopt);
  CHECK(UnitsOf(MoneyOf("JPY", 7), 4) == 70'000);
  CHECK(DecimalAmount(MoneyOf("EUR", 1999), 3) == "19.990");
}

TEST_CASE("Stripe receives a charge or a payment intent, depending on the payment reference", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("stripe");
  const auto fields = [&](const std::string& reference) {
    PaymentRefund refund = SampleRefund(fixture);
    refund.payment_reference = reference;
    const auto request = RequestOf(fixture, refund);
    return request ? servers::FormFields(request->body) : json::object();
  };
  CHECK(fields("ch_1").value("charge", "") == "ch_1");
  CHECK(fields("py_1").value("charge", "") == "py_1");
  CHECK(fields("pi_1").value("payment_intent", "") == "pi_1");
  CHECK_FALSE(fields("pi_1").contains("charge"));
  CHECK(fields("in_1").empty());
}

TEST_CASE("Stripe receives the reasons that Stripe knows", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("stripe");
  const auto reason = [&](RefundReason given) -> std::string {
    PaymentRefund refund = SampleRefund(fixture);
    refund.reason = given;
    const auto request = RequestOf(fixture, refund);
    return request ? servers::FormFields(request->body).value("reason", "") : "";
  };
  CHECK(reason(RefundReason::kDuplicate) == "duplicate");
  CHECK(reason(RefundReason::kFraudulent) == "fraudulent");
  CHECK(reason(RefundReason::kDefective) == "requested_by_customer");
  CHECK(reason(RefundReason::kUnspecified) == "requested_by_customer");
}

TEST_CASE("Stripe-Should-Retry prevents that a rejection is final", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("stripe");
  Reply reply = fixture.already_refunded;
  reply.headers.emplace_back("Stripe-Should-Retry: true");
  CHECK(KindName(OutcomeOfRefund(fixture, reply)) == "unknown");
  reply.headers.back() = "Stripe-Should-Retry: false";
  CHECK(KindName(OutcomeOfRefund(fixture, reply)) == "failed");
}

TEST_CASE("the search at Stripe reads every page", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("stripe");
  ScriptedServer server([&fixture](const SeenRequest& request) {
    const bool second = request.target.find("&starting_after=re-100") != std::string::npos;
    const std::string key = second ? kSampleKey : "another";
    const json page = json::array({fixture.refund(second ? "re-1" : "re-100", key, RefundAt::kPaid)});
    return JsonReply(200, {{"data", page}, {"has_more", !second}});
  });
  const auto provider = fixture.make(server.url());
  const PaymentOutcome outcome = provider->FindRefund(SampleRefund(fixture), "", Soon());
  CHECK(KindName(outcome) == "succeeded");
  CHECK(outcome.provider_reference == "re-1");
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].target == "/v1/refunds?limit=100&charge=ch_1");
  CHECK(requests[1].target == "/v1/refunds?limit=100&charge=ch_1&starting_after=re-100");
}

TEST_CASE("a publishable key of Stripe is rejected", "[payments]") {
  CHECK(StripePaymentProvider::CheckKey("sk_test_1").ok());
  CHECK(StripePaymentProvider::CheckKey("rk_live_1").ok());
  CHECK_THAT(std::string(StripePaymentProvider::CheckKey("pk_live_1").message()),
             Catch::StartsWith("must be a secret (sk_) or restricted (rk_) key"));
  CHECK_FALSE(StripePaymentProvider::CheckKey("sk live").ok());
}

TEST_CASE("user names of HTTP Basic authentication must not contain a colon", "[payments]") {
  CHECK(PayPalPaymentProvider::CheckClientId("AbC-1_2").ok());
  CHECK_FALSE(PayPalPaymentProvider::CheckClientId("a:b").ok());
  CHECK(BraintreePaymentProvider::CheckPublicKey("v4ndq314c2s5c28r").ok());
  CHECK_FALSE(BraintreePaymentProvider::CheckPublicKey("a:b").ok());
}

// Grants the tokens "T-1", "T-2" and so on, and accepts only the last one.
class TokenServer {
 public:
  explicit TokenServer(int lifetime_seconds)
      : server_([this, lifetime_seconds](const SeenRequest& request) {
          return Respond(request, lifetime_seconds);
        }) {}

  // Invalidates the last token. Call this function between requests only.
  void Revoke() { revoked_ = granted_.load(); }
  int granted() const { return granted_; }
  ScriptedServer& server() { return server_; }

 private:
  Reply Respond(const SeenRequest& request, int lifetime_seconds) {
    const PaymentFixture& fixture = FixtureOf("paypal");
    if (fixture.purpose_of(request) == Purpose::kToken) {
      ++granted_;
      return JsonReply(200,
                       {{"access_token", "T-" + std::to_string(granted_)}, {"expires_in", lifetime_seconds}});
    }
    const bool valid = granted_ > revoked_ &&
                       servers::Header(request, "authorization") == "Bearer T-" + std::to_string(granted_);
    if (!valid) return JsonReply(401, {{"name", "AUTHENTICATION_FAILURE"}, {"message", "Token expired"}});
    return fixture.refunded(fixture.refund("re-1", kSampleKey, RefundAt::kPaid));
  }

  std::atomic<int> granted_ = 0;
  std::atomic<int> revoked_ = 0;
  ScriptedServer server_;
};

TEST_CASE("PayPal's token is requested once, and renewed once after PayPal rejects it", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("paypal");
  TokenServer tokens(32400);
  const auto provider = fixture.make(tokens.server().url());
  for (int i = 0; i < 3; ++i) {
    CHECK(KindName(provider->Refund(SampleRefund(fixture), Soon())) == "succeeded");
  }
  CHECK(tokens.granted() == 1);
  CHECK_THAT(CheckPayPalToken(tokens.server().requests().at(0)), Catch::Equals(""));
  tokens.Revoke();
  CHECK(KindName(provider->Refund(SampleRefund(fixture), Soon())) == "succeeded");
  CHECK(tokens.granted() == 2);
}

TEST_CASE("PayPal's token is renewed a minute before it expires", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("paypal");
  TokenServer tokens(60);
  const auto provider = fixture.make(tokens.server().url());
  CHECK(KindName(provider->Refund(SampleRefund(fixture), Soon())) == "succeeded");
  CHECK(KindName(provider->Refund(SampleRefund(fixture), Soon())) == "succeeded");
  CHECK(tokens.granted() == 2);
}

TEST_CASE("a token that PayPal rejects twice is reported as kConfig", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("paypal");
  Counterpart counterpart(fixture, fixture.bad_key);
  CHECK(KindName(counterpart.Refund()) == "config");
  CHECK(counterpart.Requests(Purpose::kToken).size() == 2);
  CHECK(counterpart.Requests(Purpose::kRefund).size() == 2);
}

TEST_CASE("without a token, PayPal is not asked for a refund", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("paypal");
  const auto kind = [&](const Reply& reply) {
    ScriptedServer server([&reply](const SeenRequest&) { return reply; });
    const PaymentOutcome outcome = fixture.make(server.url())->Refund(SampleRefund(fixture), Soon());
    CheckClean(fixture, outcome);
    CHECK(server.requests().size() == 1);
    return KindName(outcome);
  };
  CHECK(kind(fixture.bad_key) == "config");
  CHECK(kind(fixture.rate_limited) == "retry");
  CHECK(kind(JsonReply(500, json::object())) == "unreachable");
  CHECK(kind(JsonReply(200, json::object())) == "unreachable");
  CHECK(kind(JsonReply(400, {{"error", "unsupported_grant_type"}})) == "unreachable");
}

TEST_CASE("the search at PayPal is kUnknown if the capture belongs to no order", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("paypal");
  for (const json& capture : {json{{"id", "2GG279541U471931P"}},
                              json{{"supplementary_data", {{"related_ids", {{"order_id", "../x"}}}}}}}) {
    ScriptedServer server([&](const SeenRequest& request) {
      return fixture.purpose_of(request) == Purpose::kToken ? TokenReply() : JsonReply(200, capture);
    });
    const PaymentOutcome outcome = fixture.make(server.url())->FindRefund(SampleRefund(fixture), "", Soon());
    CHECK(KindName(outcome) == "unknown");
    CHECK(outcome.code == kNotSearchable);
    CHECK(server.requests().size() == 2);
  }
}

TEST_CASE("PayPal's error with several issues is classified by the issue that needs an action",
          "[payments]") {
  const PaymentFixture& fixture = FixtureOf("paypal");
  const json details = json::array({{{"issue", "SOMETHING"}, {"description", "else"}},
                                    {{"issue", "PAYEE_ACCOUNT_RESTRICTED"}, {"description", "restricted"}}});
  const PaymentOutcome outcome = OutcomeOfRefund(
      fixture, JsonReply(422, {{"name", "UNPROCESSABLE_ENTITY"}, {"debug_id", "d-1"}, {"details", details}}));
  CHECK(KindName(outcome) == "config");
  CHECK(outcome.code == "PAYEE_ACCOUNT_RESTRICTED");
  CHECK_THAT(outcome.message, Catch::Contains("debug_id d-1"));
}

TEST_CASE("the probe of Braintree fails if the keys belong to another merchant", "[payments]") {
  const auto probe = [](const std::string& merchant_id, const std::string& graphql_id) {
    ScriptedServer server([&](const SeenRequest&) {
      return JsonReply(200, {{"data", {{"viewer", {{"merchant", {{"id", graphql_id}}}}}}}});
    });
    BraintreePaymentProvider provider({.merchant_id = merchant_id,
                                       .public_key = "public",
                                       .private_key = Secret(kTestKey),
                                       .base_url = server.url()});
    return provider.Probe(Soon());
  };
  // Base64 of "merchant_shop", without padding.
  const std::string shop = "bWVyY2hhbnRfc2hvcA";
  CHECK(KindName(probe("shop", shop)) == "succeeded");
  CHECK(KindName(probe("", shop)) == "succeeded");
  CHECK(KindName(probe("plain", "plain")) == "succeeded");
  const PaymentOutcome other = probe("outlet", shop);
  CHECK(KindName(other) == "config");
  CHECK_THAT(other.message,
             Catch::Contains("the merchant shop, not to payments.braintree.merchant_id outlet"));
}

TEST_CASE("a search precedes every repeated attempt at Braintree", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("braintree");
  Counterpart counterpart(fixture, fixture.refunded(fixture.refund("re-1", kSampleKey, RefundAt::kPaid)));
  counterpart.provider().Refund(RepeatedRefund(fixture, absl::ZeroDuration()), Soon());
  const auto requests = counterpart.server().requests();
  REQUIRE(requests.size() == 2);
  CHECK(fixture.purpose_of(requests[0]) == Purpose::kSearch);
  CHECK(json::parse(requests[0].body).at("variables") ==
        json{{"input", {{"orderId", {{"is", kSampleKey}}}}}});
  CHECK(fixture.purpose_of(requests[1]) == Purpose::kRefund);
}

TEST_CASE("the search at Braintree prefers a refund that has not failed", "[payments]") {
  const PaymentFixture& fixture = FixtureOf("braintree");
  const std::vector<json> refunds = {fixture.refund("re-1", kSampleKey, RefundAt::kRejected),
                                     fixture.refund("re-2", kSampleKey, RefundAt::kOpen)};
  ScriptedServer server([&](const SeenRequest& request) { return fixture.searched(request, refunds); });
  const PaymentOutcome outcome = fixture.make(server.url())->FindRefund(SampleRefund(fixture), "", Soon());
  CHECK(KindName(outcome) == "pending");
  CHECK(outcome.provider_reference == "re-2");
}

}  // namespace
}  // namespace keelson
