// Tests that Stripe and PayPal read their own webhooks, and nobody else's.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "adapters/payments/paypal/paypal_payment_provider.h"
#include "adapters/payments/stripe/stripe_payment_provider.h"
#include "core/common/sha256.h"
#include "core/common/strings.h"
#include "tests/contract/payments/fixtures.h"

namespace keelson {
namespace {

using nlohmann::json;
using servers::ScriptedServer;
using servers::SeenRequest;

constexpr char kStripeSecret[] = "whsec_0123456789abcdef";
constexpr char kOurId[] = "refund_01hf7yat00e8r8e2dhp52c4m2r";
const absl::Time kReceived = absl::FromUnixSeconds(1'700'000'000);

std::string SignedAt(absl::Time time, const std::string& body) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  const Sha256Digest mac = HmacSha256(std::string_view(kStripeSecret), StrCat(seconds, ".", body));
  const absl::string_view bytes(reinterpret_cast<const char*>(mac.data()), mac.size());
  return StrCat("t=", seconds, ",v1=", absl::BytesToHexString(bytes));
}

json StripeEvent(const json& object) {
  return {{"id", "evt_1"}, {"object", "event"}, {"type", "refund.updated"}, {"data", {{"object", object}}}};
}

json StripeRefund() {
  return {{"id", "re_1"},
          {"object", "refund"},
          {"status", "succeeded"},
          {"charge", "ch_1"},
          {"metadata", {{"keelson_refund_id", kOurId}, {"keelson_idempotency_key", kOurId}}}};
}

Webhook FromStripe(const std::string& body, absl::Time signed_at = kReceived) {
  return {
      .headers = {{"stripe-signature", SignedAt(signed_at, body)}}, .body = body, .receive_time = kReceived};
}

std::unique_ptr<PaymentProvider> StripeWith(const std::string& secrets) {
  return std::make_unique<StripePaymentProvider>(ApiAccess{.key = Secret(kTestKey), .base_url = ""},
                                                 WebhookSecrets(secrets));
}

TEST_CASE("Stripe's webhook about a refund names our refund", "[payments]") {
  const auto stripe = StripeWith(kStripeSecret);
  CHECK(stripe->has_webhooks());
  const auto hint = stripe->ReadWebhook(FromStripe(StripeEvent(StripeRefund()).dump()), Soon());
  REQUIRE(hint.ok());
  REQUIRE(*hint);
  CHECK(**hint ==
        RefundHint{.event_id = "evt_1", .refund_id = RefundId::Parse(kOurId), .provider_reference = "re_1"});
}

TEST_CASE("Stripe's webhooks about refunds of others and about other objects name no refund of ours",
          "[payments]") {
  const auto stripe = StripeWith(kStripeSecret);
  json refund = StripeRefund();
  refund.erase("metadata");
  const auto foreign = stripe->ReadWebhook(FromStripe(StripeEvent(refund).dump()), Soon());
  REQUIRE(foreign.ok());
  REQUIRE(*foreign);
  CHECK_FALSE((*foreign)->refund_id);
  CHECK((*foreign)->payment_reference.empty());
  const json charge = {{"id", "ch_1"}, {"object", "charge"}};
  const auto other = stripe->ReadWebhook(FromStripe(StripeEvent(charge).dump()), Soon());
  REQUIRE(other.ok());
  CHECK_FALSE(*other);
}

TEST_CASE("Stripe rejects webhooks with a wrong secret, an old time or changed bytes", "[payments]") {
  const std::string body = StripeEvent(StripeRefund()).dump();
  const auto stripe = StripeWith(kStripeSecret);
  CHECK(absl::IsUnauthenticated(
      StripeWith("whsec_fedcba9876543210")->ReadWebhook(FromStripe(body), Soon()).status()));
  CHECK(absl::IsUnauthenticated(
      stripe->ReadWebhook(FromStripe(body, kReceived - absl::Minutes(6)), Soon()).status()));
  Webhook tampered = FromStripe(body);
  tampered.body += " ";
  CHECK(absl::IsUnauthenticated(stripe->ReadWebhook(tampered, Soon()).status()));
  Webhook without = FromStripe(body);
  without.headers.clear();
  CHECK(absl::IsUnauthenticated(stripe->ReadWebhook(without, Soon()).status()));
  // With the old and the new secret configured, either is accepted.
  CHECK(StripeWith(StrCat("whsec_fedcba9876543210,", kStripeSecret))
            ->ReadWebhook(FromStripe(body), Soon())
            .ok());
}

TEST_CASE("Stripe reports a signed body that is not an event", "[payments]") {
  const auto stripe = StripeWith(kStripeSecret);
  for (const std::string& body : {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
                                  std::string(R"({"id": 7.5})")}) {
    INFO(body);
    CHECK(absl::IsInvalidArgument(stripe->ReadWebhook(FromStripe(body), Soon()).status()));
  }
}

TEST_CASE("without a secret or an id, a provider has no webhooks", "[payments]") {
  const auto stripe = StripeWith("");
  CHECK_FALSE(stripe->has_webhooks());
  CHECK(absl::IsUnimplemented(stripe->ReadWebhook(FromStripe("{}"), Soon()).status()));
  const auto paypal = FixtureOf("paypal").make("http://127.0.0.1:1");
  CHECK_FALSE(paypal->has_webhooks());
  CHECK(absl::IsUnimplemented(paypal->ReadWebhook({}, Soon()).status()));
}

// The spacing and the number differ from what a JSON library would write.
std::string PayPalBody(const std::string& custom_id = kOurId, const std::string& type = "refund") {
  return StrCat(R"({ "id":"WH-1", "resource_type":")", type,
                R"(", "event_type":"PAYMENT.CAPTURE.REFUNDED", "resource": {"id":"1JU0", "custom_id":")",
                custom_id, R"(", "amount":{"value":1.50}, "links":[)",
                R"({"rel":"self","href":"https://api.paypal.com/v2/payments/refunds/1JU0"},)",
                R"({"rel":"up","href":"https://api.paypal.com/v2/payments/captures/2GG279541U471931P"}]} })");
}

Webhook FromPayPal(const std::string& body) {
  return {.headers = {{"paypal-auth-algo", "SHA256withRSA"},
                      {"paypal-cert-url", "https://api.paypal.com/v1/notifications/certs/CERT-1"},
                      {"paypal-transmission-id", "69cd13f0-d67a-11e5-baa3-778b53f4ae55"},
                      {"paypal-transmission-sig", "c2lnbmF0dXJl"},
                      {"paypal-transmission-time", "2023-11-14T22:13:20Z"}},
          .body = body,
          .receive_time = kReceived};
}

// A server that grants tokens, and answers verify-webhook-signature with `verdict`.
class PayPalWebhooks {
 public:
  explicit PayPalWebhooks(Reply verdict)
      : server_([verdict = std::move(verdict)](const SeenRequest& request) {
          return request.target == "/v1/oauth2/token" ? TokenReply() : verdict;
        }) {}

  absl::StatusOr<std::optional<RefundHint>> Read(const Webhook& webhook) {
    return provider_.ReadWebhook(webhook, Soon());
  }
  std::vector<SeenRequest> Verifications() {
    std::vector<SeenRequest> requests = server_.requests();
    std::erase_if(requests, [](const SeenRequest& request) { return request.target == "/v1/oauth2/token"; });
    return requests;
  }

 private:
  ScriptedServer server_;
  PayPalPaymentProvider provider_{PayPalAccess{.client_id = "client",
                                               .client_secret = Secret(kTestKey),
                                               .base_url = server_.url(),
                                               .webhook_id = "WEBHOOK-7"}};
};

Reply Verdict(const std::string& status) {
  return JsonReply(200, {{"verification_status", status}});
}

TEST_CASE("PayPal verifies its webhook, whose bytes are sent back unchanged", "[payments]") {
  PayPalWebhooks paypal(Verdict("SUCCESS"));
  const std::string body = PayPalBody();
  const auto hint = paypal.Read(FromPayPal(body));
  REQUIRE(hint.ok());
  REQUIRE(*hint);
  CHECK(**hint == RefundHint{.event_id = "WH-1",
                             .refund_id = RefundId::Parse(kOurId),
                             .payment_reference = "2GG279541U471931P",
                             .provider_reference = "1JU0"});
  const std::vector<SeenRequest> requests = paypal.Verifications();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/v1/notifications/verify-webhook-signature");
  CHECK(requests[0].headers.at("authorization") == StrCat("Bearer ", kTestToken));
  CHECK(requests[0].headers.at("content-type") == "application/json");
  CHECK(requests[0].body.find(StrCat("\"webhook_event\":", body, "}")) != std::string::npos);
  const json sent = json::parse(requests[0].body);
  CHECK(sent["webhook_id"] == "WEBHOOK-7");
  CHECK(sent["auth_algo"] == "SHA256withRSA");
  CHECK(sent["cert_url"] == "https://api.paypal.com/v1/notifications/certs/CERT-1");
  CHECK(sent["transmission_id"] == "69cd13f0-d67a-11e5-baa3-778b53f4ae55");
  CHECK(sent["transmission_sig"] == "c2lnbmF0dXJl");
  CHECK(sent["transmission_time"] == "2023-11-14T22:13:20Z");
  CHECK(sent.size() == 7);
}

TEST_CASE("PayPal's refund is found by the key of a retry, or else by the capture", "[payments]") {
  PayPalWebhooks paypal(Verdict("SUCCESS"));
  const auto retried = paypal.Read(FromPayPal(PayPalBody(StrCat(kOurId, "-2"))));
  REQUIRE(retried.ok());
  CHECK((*retried)->refund_id == RefundId::Parse(kOurId));
  const auto foreign = paypal.Read(FromPayPal(PayPalBody("invoice 7")));
  REQUIRE(foreign.ok());
  CHECK_FALSE((*foreign)->refund_id);
  CHECK((*foreign)->payment_reference == "2GG279541U471931P");
}

TEST_CASE("a webhook that PayPal does not confirm is rejected", "[payments]") {
  for (const Reply& reply :
       {Verdict("FAILURE"), JsonReply(200, json::object()), JsonReply(400, {{"name", "VALIDATION_ERROR"}})}) {
    PayPalWebhooks paypal(reply);
    CHECK(absl::IsUnauthenticated(paypal.Read(FromPayPal(PayPalBody())).status()));
  }
}

TEST_CASE("a webhook that PayPal can't verify now is sent again", "[payments]") {
  for (const Reply& reply :
       {JsonReply(500, json::object()), JsonReply(429, json::object()), Reply{.act = Reply::Act::kReset}}) {
    PayPalWebhooks paypal(reply);
    const absl::Status status = paypal.Read(FromPayPal(PayPalBody())).status();
    CHECK(absl::IsUnavailable(status));
    CHECK(status.message().find(kTestKey) == absl::string_view::npos);
  }
}

TEST_CASE("PayPal is not asked about webhooks without its headers, too old ones, and garbage", "[payments]") {
  PayPalWebhooks paypal(Verdict("SUCCESS"));
  for (const auto& header : FromPayPal("").headers) {
    INFO(header.first);
    Webhook webhook = FromPayPal(PayPalBody());
    webhook.headers.erase(header.first);
    CHECK(absl::IsUnauthenticated(paypal.Read(webhook).status()));
    webhook.headers[header.first] = "a\nb";
    CHECK(absl::IsUnauthenticated(paypal.Read(webhook).status()));
  }
  Webhook old = FromPayPal(PayPalBody());
  old.receive_time += PayPalPaymentProvider::kMaxWebhookAge + absl::Seconds(1);
  CHECK(absl::IsUnauthenticated(paypal.Read(old).status()));
  for (const std::string& body :
       {std::string(), std::string("["), std::string("[]"), PayPalBody() + R"(,"webhook_id":"OTHER")"}) {
    CHECK(absl::IsUnauthenticated(paypal.Read(FromPayPal(body)).status()));
  }
  // Nothing follows from an event about something else, so that it needs no verification.
  const auto capture = paypal.Read(FromPayPal(PayPalBody(kOurId, "capture")));
  REQUIRE(capture.ok());
  CHECK_FALSE(*capture);
  CHECK(paypal.Verifications().empty());
}

TEST_CASE("a flood of webhooks does not use up PayPal's limit of requests", "[payments]") {
  PayPalWebhooks paypal(Verdict("FAILURE"));
  int rejected = 0;
  int postponed = 0;
  const Deadline end = Deadline::After(absl::Milliseconds(500));
  while (!end.expired()) {
    const absl::Status status = paypal.Read(FromPayPal(PayPalBody())).status();
    ++(absl::IsUnavailable(status) ? postponed : rejected);
  }
  CHECK(rejected <= PayPalPaymentProvider::kMaxVerificationRate);
  CHECK(rejected > 0);
  CHECK(postponed > 100);
  CHECK(paypal.Verifications().size() == static_cast<std::size_t>(rejected));
}

}  // namespace
}  // namespace keelson
