#include "tests/contract/payments/fixtures.h"

#include <stdlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <stdexcept>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "adapters/payments/braintree/braintree_payment_provider.h"
#include "adapters/payments/paypal/paypal_payment_provider.h"
#include "adapters/payments/stripe/stripe_payment_provider.h"
#include "core/common/text.h"
#include "tests/contract/payments/request_checks.h"
#include "tests/support/http/request_reader.h"

namespace keelson {
namespace {

using nlohmann::json;
using servers::SeenRequest;

std::string Choose(RefundAt state, std::string paid, std::string open, std::string rejected) {
  if (state == RefundAt::kPaid) return paid;
  return state == RefundAt::kOpen ? open : rejected;
}

json StripeErrorOf(const std::string& type, const std::string& code, const std::string& message) {
  return {{"error", {{"type", type}, {"code", code}, {"message", message}}}};
}

PaymentFixture Stripe() {
  PaymentFixture fixture;
  fixture.name = "stripe";
  fixture.make = [](const std::string& url) {
    return std::make_unique<StripePaymentProvider>(ApiAccess{.key = Secret(kTestKey), .base_url = url});
  };
  fixture.payment_reference = "ch_1";
  fixture.purpose_of = [](const SeenRequest& request) {
    if (request.method == "POST") return Purpose::kRefund;
    if (request.target == "/v1/refunds?limit=1") return Purpose::kProbe;
    return request.target.starts_with("/v1/refunds?") ? Purpose::kSearch : Purpose::kLookup;
  };
  fixture.key_of = [](const SeenRequest& request) { return servers::Header(request, "idempotency-key"); };
  fixture.misformed = &CheckStripe;
  fixture.refund = [](const std::string& id, const std::string& key, RefundAt state) {
    json refund = {{"id", id},
                   {"object", "refund"},
                   {"status", Choose(state, "succeeded", "pending", "failed")},
                   {"metadata", {{"keelson_idempotency_key", key}}}};
    if (state == RefundAt::kRejected) refund["failure_reason"] = "expired_or_canceled_card";
    return refund;
  };
  fixture.refunded = [](const json& refund) { return JsonReply(200, refund); };
  fixture.looked_up = fixture.refunded;
  fixture.searched = [](const SeenRequest&, const std::vector<json>& refunds) {
    return JsonReply(200, {{"object", "list"}, {"data", refunds}, {"has_more", false}});
  };
  fixture.open_code = "pending";
  fixture.rejected_code = "expired_or_canceled_card";
  fixture.missing =
      JsonReply(404, StripeErrorOf("invalid_request_error", "resource_missing", "No such refund"));
  fixture.probe = "GET /v1/refunds?limit=1";
  fixture.probed = JsonReply(200, {{"object", "list"}, {"data", json::array()}});
  fixture.bad_key = JsonReply(
      401,
      {{"error", {{"type", "invalid_request_error"}, {"message", "Invalid API Key provided: sk_live_***"}}}});
  fixture.rate_limited =
      JsonReply(429, StripeErrorOf("invalid_request_error", "rate_limit", "Too many requests"));
  fixture.already_refunded = JsonReply(400, StripeErrorOf("invalid_request_error", "charge_already_refunded",
                                                          "Charge ch_1 has been refunded."));
  fixture.already_refunded_code = "charge_already_refunded";
  fixture.in_flight = JsonReply(
      409, StripeErrorOf("idempotency_error", "idempotency_key_in_use", "Another request is in progress"));
  fixture.key_reused = JsonReply(
      400,
      {{"error",
        {{"type", "idempotency_error"}, {"message", "Keys can only be used with the same parameters"}}}});
  fixture.secrets = {kTestKey};
  return fixture;
}

json PayPalErrorOf(const std::string& name, const std::string& issue, const std::string& description) {
  return {{"name", name},
          {"message", "The requested action could not be performed."},
          {"debug_id", "b1d1f06c7246c"},
          {"details", json::array({{{"issue", issue}, {"description", description}}})}};
}

Reply PayPalSearch(const SeenRequest& request, const std::vector<json>& refunds) {
  if (request.target.starts_with("/v2/payments/captures/")) {
    return JsonReply(200, {{"id", "2GG279541U471931P"},
                           {"supplementary_data", {{"related_ids", {{"order_id", "5O190127TN364715T"}}}}}});
  }
  const json unit = {{"payments", {{"refunds", refunds}}}};
  return JsonReply(200, {{"id", "5O190127TN364715T"}, {"purchase_units", json::array({unit})}});
}

PaymentFixture PayPal() {
  PaymentFixture fixture;
  fixture.name = "paypal";
  fixture.make = [](const std::string& url) {
    return std::make_unique<PayPalPaymentProvider>(
        PayPalAccess{.client_id = "client", .client_secret = Secret(kTestKey), .base_url = url});
  };
  fixture.payment_reference = "2GG279541U471931P";
  fixture.purpose_of = [](const SeenRequest& request) {
    if (request.target == "/v1/oauth2/token") return Purpose::kToken;
    if (request.method == "POST") return Purpose::kRefund;
    return request.target.starts_with("/v2/payments/refunds/") ? Purpose::kLookup : Purpose::kSearch;
  };
  fixture.key_of = [](const SeenRequest& request) { return servers::Header(request, "paypal-request-id"); };
  fixture.misformed = &CheckPayPal;
  fixture.refund = [](const std::string& id, const std::string& key, RefundAt state) {
    return json{{"id", id}, {"status", Choose(state, "COMPLETED", "PENDING", "FAILED")}, {"custom_id", key}};
  };
  fixture.refunded = [](const json& refund) { return JsonReply(201, refund); };
  fixture.looked_up = [](const json& refund) { return JsonReply(200, refund); };
  fixture.searched = &PayPalSearch;
  fixture.open_code = "PENDING";
  fixture.rejected_code = "FAILED";
  fixture.missing = JsonReply(404, PayPalErrorOf("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "not found"));
  fixture.probe = "POST /v1/oauth2/token";
  fixture.probed = TokenReply();
  fixture.bad_key =
      JsonReply(401, {{"error", "invalid_client"}, {"error_description", "Client Authentication failed"}});
  fixture.rate_limited = JsonReply(429, {{"name", "RATE_LIMIT_REACHED"}, {"message", "Too many requests."}});
  fixture.already_refunded = JsonReply(
      422, PayPalErrorOf("UNPROCESSABLE_ENTITY", "CAPTURE_FULLY_REFUNDED", "The capture is fully refunded"));
  fixture.already_refunded_code = "CAPTURE_FULLY_REFUNDED";
  fixture.in_flight = JsonReply(
      409, PayPalErrorOf("RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS", "A previous request"));
  fixture.key_reused =
      JsonReply(422, PayPalErrorOf("UNPROCESSABLE_ENTITY", "DUPLICATE_REQUEST_ID", "The id was used before"));
  fixture.not_settled =
      JsonReply(422, PayPalErrorOf("UNPROCESSABLE_ENTITY", "PENDING_CAPTURE", "The capture is pending"));
  fixture.secrets = {kTestKey, kTestToken, absl::Base64Escape(std::string("client:") + kTestKey)};
  return fixture;
}

Reply BraintreeErrorReply(const json& extensions, const std::string& message) {
  return JsonReply(200, {{"data", {{"refundTransaction", nullptr}}},
                         {"errors", json::array({{{"message", message}, {"extensions", extensions}}})}});
}

Reply BraintreeSearch(const SeenRequest&, const std::vector<json>& refunds) {
  json edges = json::array();
  for (const json& refund : refunds) edges.push_back({{"node", refund}});
  return JsonReply(200, {{"data", {{"search", {{"refunds", {{"edges", edges}}}}}}}});
}

Purpose BraintreePurpose(const SeenRequest& request) {
  const std::string query = json::parse(request.body).value("query", "");
  if (query.starts_with("mutation ")) return Purpose::kRefund;
  if (query.starts_with("query Search")) return Purpose::kSearch;
  return query.starts_with("query Lookup") ? Purpose::kLookup : Purpose::kProbe;
}

PaymentFixture Braintree() {
  PaymentFixture fixture;
  fixture.name = "braintree";
  fixture.make = [](const std::string& url) {
    return std::make_unique<BraintreePaymentProvider>(BraintreeAccess{
        .merchant_id = "shop", .public_key = "public", .private_key = Secret(kTestKey), .base_url = url});
  };
  fixture.payment_reference = "dHJhbnNhY3Rpb25fMQ";
  fixture.purpose_of = &BraintreePurpose;
  fixture.key_of = [](const SeenRequest& request) -> std::string {
    return json::parse(request.body).at("variables").at("input").at("apiRequestKey");
  };
  fixture.misformed = &CheckBraintree;
  fixture.refund = [](const std::string& id, const std::string& key, RefundAt state) {
    return json{{"id", id},
                {"status", Choose(state, "SETTLED", "SUBMITTED_FOR_SETTLEMENT", "PROCESSOR_DECLINED")},
                {"orderId", key}};
  };
  fixture.refunded = [](const json& refund) {
    return JsonReply(200, {{"data", {{"refundTransaction", {{"refund", refund}}}}}});
  };
  fixture.looked_up = [](const json& refund) { return JsonReply(200, {{"data", {{"node", refund}}}}); };
  fixture.searched = &BraintreeSearch;
  fixture.open_code = "SUBMITTED_FOR_SETTLEMENT";
  fixture.rejected_code = "PROCESSOR_DECLINED";
  fixture.missing =
      BraintreeErrorReply({{"errorClass", "NOT_FOUND"}}, "An object with this ID was not found.");
  fixture.probe = "POST /graphql";
  fixture.probed =
      JsonReply(200, {{"data", {{"viewer", {{"merchant", {{"id", absl::Base64Escape("merchant_shop")}}}}}}}});
  fixture.bad_key = BraintreeErrorReply({{"errorClass", "AUTHENTICATION"}}, "Invalid credentials");
  fixture.rate_limited = BraintreeErrorReply({{"errorClass", "RESOURCE_LIMIT"}}, "Too many requests");
  fixture.already_refunded = BraintreeErrorReply({{"errorClass", "VALIDATION"}, {"legacyCode", "91512"}},
                                                 "Transaction has already been completely refunded.");
  fixture.already_refunded_code = "91512";
  fixture.in_flight =
      BraintreeErrorReply({{"errorClass", "VALIDATION"}}, "A request with this key is in flight");
  fixture.key_reused = BraintreeErrorReply({{"errorClass", "VALIDATION"}}, "The key has other input values");
  fixture.not_settled = BraintreeErrorReply({{"errorClass", "VALIDATION"}, {"legacyCode", "91506"}},
                                            "Cannot refund a transaction unless it is settled.");
  fixture.secrets = {kTestKey, absl::Base64Escape(std::string("public:") + kTestKey)};
  return fixture;
}

Reply ReplyTo(const PaymentFixture& fixture, const Reply& reply, const SeenRequest& request) {
  switch (fixture.purpose_of(request)) {
    case Purpose::kToken:
      return TokenReply();
    case Purpose::kSearch:
      return fixture.searched(request, {});
    default:
      return reply;
  }
}

servers::ScriptedServer::Script ScriptOf(const PaymentFixture& fixture, Reply reply) {
  return [&fixture, reply = std::move(reply)](const SeenRequest& request) {
    return ReplyTo(fixture, reply, request);
  };
}

}  // namespace

const std::vector<PaymentFixture>& PaymentFixtures() {
  // Ignores the machine's proxies, and ignores SIGPIPE like the service.
  static const bool prepared = [] {
    std::signal(SIGPIPE, SIG_IGN);
    for (const char* name :
         {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      unsetenv(name);
    }
    return true;
  }();
  static_cast<void>(prepared);
  static const auto& fixtures = *new std::vector<PaymentFixture>{Stripe(), PayPal(), Braintree()};
  return fixtures;
}

const PaymentFixture& FixtureOf(const std::string& name) {
  for (const PaymentFixture& fixture : PaymentFixtures()) {
    if (fixture.name == name) return fixture;
  }
  throw std::out_of_range("no provider " + name);
}

void ForEveryProvider(const std::function<void(const PaymentFixture&)>& holds) {
  for (const PaymentFixture& fixture : PaymentFixtures()) {
    DYNAMIC_SECTION(fixture.name) {
      holds(fixture);
    }
  }
}

PaymentRefund SampleRefund(const PaymentFixture& fixture) {
  PaymentRefund refund;
  refund.id = *RefundId::Parse("refund_01hf7yat00e8r8e2dhp52c4m2r");
  refund.idempotency_key = kSampleKey;
  refund.payment_reference = fixture.payment_reference;
  refund.amount = {*Currency::Parse("EUR"), 1250};
  refund.reason = RefundReason::kDuplicate;
  refund.not_before = absl::Now();
  return refund;
}

PaymentRefund RepeatedRefund(const PaymentFixture& fixture, absl::Duration age) {
  PaymentRefund refund = SampleRefund(fixture);
  refund.repeated = true;
  refund.not_before -= age;
  return refund;
}

Reply JsonReply(int status, const json& body, std::vector<std::string> headers) {
  headers.emplace_back("Content-Type: application/json");
  return {.status = status, .body = body.dump(), .headers = std::move(headers), .act = {}};
}

Reply TokenReply() {
  return JsonReply(200, {{"access_token", kTestToken}, {"token_type", "Bearer"}, {"expires_in", 32400}});
}

Counterpart::Counterpart(const PaymentFixture& fixture, Reply reply)
    : fixture_(fixture),
      server_(ScriptOf(fixture, std::move(reply))),
      provider_(fixture.make(server_.url())) {}

PaymentOutcome Counterpart::Refund() {
  PaymentOutcome outcome = provider_->Refund(SampleRefund(fixture_), Soon());
  CheckClean(fixture_, outcome);
  return outcome;
}

void Counterpart::SetReply(Reply reply) {
  server_.SetScript(ScriptOf(fixture_, std::move(reply)));
}

std::vector<SeenRequest> Counterpart::Requests(Purpose purpose) {
  std::vector<SeenRequest> requests = server_.requests();
  std::erase_if(requests,
                [&](const SeenRequest& request) { return fixture_.purpose_of(request) != purpose; });
  return requests;
}

void CheckClean(const PaymentFixture& fixture, const PaymentOutcome& outcome) {
  INFO(outcome.code << ": " << outcome.message);
  const bool good = outcome.kind == PaymentOutcome::Kind::kSucceeded;
  CHECK(outcome.message.empty() == good);
  CHECK(outcome.code.empty() == good);
  for (const std::string& text : {outcome.code, outcome.message, outcome.provider_reference}) {
    CHECK(text.size() <= 500);
    CHECK(IsValidUtf8(text));
    CHECK_FALSE(HasControlCharacters(text));
    for (const std::string& secret : fixture.secrets) CHECK(text.find(secret) == std::string::npos);
  }
}

PaymentOutcome OutcomeOfRefund(const PaymentFixture& fixture, const Reply& reply) {
  return Counterpart(fixture, reply).Refund();
}

std::string KindName(const PaymentOutcome& outcome) {
  return KindName(outcome.kind);
}

std::string KindName(PaymentOutcome::Kind kind) {
  return std::string(kPaymentOutcomeNames[static_cast<std::size_t>(kind)]);
}

Deadline Soon() {
  return Deadline::After(absl::Seconds(10));
}

}  // namespace keelson
