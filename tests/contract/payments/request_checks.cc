#include "tests/contract/payments/request_checks.h"

#include <nlohmann/json.hpp>

#include "tests/contract/payments/fixtures.h"
#include "tests/support/http/request_reader.h"

namespace keelson {
namespace {

using nlohmann::json;
using servers::Differs;
using servers::FormFields;
using servers::Header;
using servers::SeenRequest;

// Base64 of "client:" or "public:", and kTestKey.
constexpr char kClientCredentials[] = "Basic Y2xpZW50OkszWS10aGF0LW5vYm9keS1tYXktc2Vl";
constexpr char kPublicCredentials[] = "Basic cHVibGljOkszWS10aGF0LW5vYm9keS1tYXktc2Vl";

std::string CheckPost(const SeenRequest& request, const std::string& path, const std::string& type) {
  return Differs("method", request.method, "POST") + Differs("path", request.target, path) +
         Differs("type", Header(request, "content-type"), type) +
         Differs("accept", Header(request, "accept"), "application/json");
}

std::string CheckContent(const json& seen, const json& due) {
  return seen == due ? "" : "differs: " + json::diff(seen, due).dump() + "\n";
}

}  // namespace

std::string CheckStripe(const SeenRequest& request) {
  const json due = {{"charge", "ch_1"},
                    {"amount", "1250"},
                    {"reason", "duplicate"},
                    {"metadata[keelson_refund_id]", "refund_01hf7yat00e8r8e2dhp52c4m2r"},
                    {"metadata[keelson_idempotency_key]", kSampleKey}};
  return CheckPost(request, "/v1/refunds", "application/x-www-form-urlencoded") +
         Differs("authorization", Header(request, "authorization"), std::string("Bearer ") + kTestKey) +
         Differs("key", Header(request, "idempotency-key"), kSampleKey) +
         Differs("version", Header(request, "stripe-version"), "2026-07-29.dahlia") +
         CheckContent(FormFields(request.body), due);
}

std::string CheckPayPal(const SeenRequest& request) {
  const json due = {{"amount", {{"value", "12.50"}, {"currency_code", "EUR"}}}, {"custom_id", kSampleKey}};
  return CheckPost(request, "/v2/payments/captures/2GG279541U471931P/refund", "application/json") +
         Differs("authorization", Header(request, "authorization"), std::string("Bearer ") + kTestToken) +
         Differs("key", Header(request, "paypal-request-id"), kSampleKey) +
         Differs("prefer", Header(request, "prefer"), "return=representation") +
         CheckContent(json::parse(request.body, nullptr, false), due);
}

std::string CheckPayPalToken(const SeenRequest& request) {
  return CheckPost(request, "/v1/oauth2/token", "application/x-www-form-urlencoded") +
         Differs("authorization", Header(request, "authorization"), kClientCredentials) +
         CheckContent(FormFields(request.body), {{"grant_type", "client_credentials"}});
}

std::string CheckBraintree(const SeenRequest& request) {
  const json due = {{"transactionId", "dHJhbnNhY3Rpb25fMQ"},
                    {"apiRequestKey", kSampleKey},
                    {"refund", {{"amount", "12.50"}, {"orderId", kSampleKey}}}};
  const json seen = json::parse(request.body, nullptr, false);
  if (!seen.is_object() || seen.size() != 2) return "the body is not a GraphQL request: " + request.body;
  const std::string query = seen.value("query", "");
  const bool refunds = query.find("refundTransaction(input: $input)") != std::string::npos &&
                       query.find("$input: RefundTransactionInput!") != std::string::npos;
  return CheckPost(request, "/graphql", "application/json") +
         Differs("authorization", Header(request, "authorization"), kPublicCredentials) +
         Differs("version", Header(request, "braintree-version"), "2019-01-01") +
         (refunds ? "" : "the mutation is " + query + "\n") +
         CheckContent(seen["variables"], {{"input", due}});
}

}  // namespace keelson
