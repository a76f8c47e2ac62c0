#include "adapters/payments/braintree/braintree_payment_provider.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "adapters/payments/http/decimal_amount.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = PaymentOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://payments.braintree-api.com";
constexpr std::string_view kRefundMutation =
    "mutation Refund($input: RefundTransactionInput!) "
    "{ refundTransaction(input: $input) { refund { id status orderId } } }";
constexpr std::string_view kSearchQuery =
    "query Search($input: RefundSearchInput!) "
    "{ search { refunds(input: $input, first: 50) { edges { node { id status orderId } } } } }";
constexpr std::string_view kLookupQuery =
    "query Lookup($id: ID!) { node(id: $id) { ... on Refund { id status orderId } } }";
constexpr std::string_view kProbeQuery = "query { viewer { merchant { id } } }";

// The code of a rule is the legacy code of a validation error, or the class of an error without a legacy
// code. Braintree's errors have the HTTP status 200, so that the status gives no kind: an error without a
// rule is kUnknown.
constexpr RefundRule kRules[] = {
    // The transaction is not settled yet. Settlement takes up to some days.
    {0, "91506", "", Kind::kRetry},          {0, "91574", "", Kind::kRetry},
    {0, "91538", "", Kind::kConfig},   // the merchant account is suspended
    {0, "91514", "", Kind::kConfig},   // the merchant account is suspended
    {0, "91559", "", Kind::kConfig},   // the merchant account is pending
    {0, "91513", "", Kind::kConfig},   // the merchant account is invalid
    {0, "91547", "", Kind::kConfig},   // the merchant account does not support refunds
    {0, "91505", "", Kind::kFailed},   // the transaction is a credit
    {0, "91512", "", Kind::kFailed},   // already refunded completely
    {0, "91521", "", Kind::kFailed},   // the amount is too large
    {0, "81503", "", Kind::kFailed},   // the format of the amount is invalid
    {0, "81528", "", Kind::kFailed},   // the amount is above the processor's limit
    {0, "81531", "", Kind::kFailed},   // the amount must be greater than zero
    {0, "915200", "", Kind::kFailed},  // the processor declined the refund permanently
    {0, "915201", "", Kind::kFailed},  // the processor declined the refund
    {0, "NOT_FOUND", "", Kind::kFailed},     {0, "AUTHENTICATION", "", Kind::kConfig},
    {0, "AUTHORIZATION", "", Kind::kConfig}, {0, "UNSUPPORTED_CLIENT", "", Kind::kConfig},
    {0, "RESOURCE_LIMIT", "", Kind::kRetry},
};

constexpr std::string_view kPaidStates[] = {"SETTLED"};
constexpr std::string_view kOpenStates[] = {"AUTHORIZING",        "AUTHORIZED", "SETTLEMENT_CONFIRMED",
                                            "SETTLEMENT_PENDING", "SETTLING",   "SUBMITTED_FOR_SETTLEMENT"};
constexpr std::string_view kFailedStates[] = {"AUTHORIZATION_EXPIRED", "FAILED",
                                              "GATEWAY_REJECTED",      "PROCESSOR_DECLINED",
                                              "SETTLEMENT_DECLINED",   "VOIDED"};

template <std::size_t size>
bool Lists(const std::string_view (&states)[size], std::string_view state) {
  return std::find(std::begin(states), std::end(states), state) != std::end(states);
}

PaymentOutcome BraintreeRefundState(const nlohmann::json& refund, const ProviderResponse& response) {
  const std::string id = TextMember(refund, "id");
  const std::string status = TextMember(refund, "status");
  if (id.empty()) return UnreadableRefund(response);
  if (Lists(kPaidStates, status)) return RefundSucceeded(id);
  if (Lists(kOpenStates, status)) return RefundPending(id, status);
  if (!Lists(kFailedStates, status)) return UnreadableRefund(response);
  return RefundFailed(status, StrCat("the refund ", id, " is ", status));
}

std::string CodeOf(const nlohmann::json& error) {
  const nlohmann::json extensions = Member(error, "extensions");
  const std::string legacy = TextMember(extensions, "legacyCode");
  return legacy.empty() ? TextMember(extensions, "errorClass") : legacy;
}

// A response may list several errors. Returns the first error that a rule names, or else the first error.
nlohmann::json DecisiveGraphQlError(const nlohmann::json& errors) {
  if (!errors.is_array() || errors.empty()) return {};
  const auto found = std::find_if(errors.begin(), errors.end(), [](const nlohmann::json& error) {
    return FirstMatch<Kind>(kRules, 0, CodeOf(error), "") != nullptr;
  });
  return found == errors.end() ? errors[0] : *found;
}

// Returns the outcome of a response without the requested data.
PaymentOutcome BraintreeError(const ProviderResponse& response) {
  const nlohmann::json errors = Member(response.json(), "errors");
  if (response.succeeded() && (!errors.is_array() || errors.empty())) return UnreadableRefund(response);
  const nlohmann::json error = DecisiveGraphQlError(errors);
  PaymentOutcome outcome = RefundError(kRules, response, CodeOf(error), TextMember(error, "message"));
  if (outcome.code == "RESOURCE_LIMIT" && !outcome.retry_after) outcome.retry_after = kDefaultRetryAfter;
  return outcome;
}

nlohmann::json DataOf(const ProviderResponse& response, std::string_view field) {
  return Member(Member(response.json(), "data"), field);
}

// GraphQL ids are base64 of the type, "_" and the id in the control panel.
std::string MerchantIdIn(const std::string& graphql_id) {
  constexpr std::string_view kType = "merchant_";
  std::string decoded;
  if (!absl::Base64Unescape(graphql_id, &decoded) || !decoded.starts_with(kType)) return graphql_id;
  return decoded.substr(kType.size());
}

struct BraintreeSettings {
  std::string merchant_id;
  std::string public_key;
  std::string private_key;
  std::string base_url;
};

absl::StatusOr<std::unique_ptr<PaymentProvider>> CreateBraintree(const BraintreeSettings& settings) {
  return std::make_unique<BraintreePaymentProvider>(
      BraintreeAccess{.merchant_id = settings.merchant_id,
                      .public_key = settings.public_key,
                      .private_key = Secret(settings.private_key),
                      .base_url = settings.base_url});
}

BraintreeAccess WithBraintreeBase(BraintreeAccess access) {
  access.base_url = BaseUrl(access.base_url, kBaseUrl);
  return access;
}

}  // namespace

BraintreePaymentProvider::BraintreePaymentProvider(BraintreeAccess access)
    : access_(WithBraintreeBase(std::move(access))) {}

absl::Status BraintreePaymentProvider::CheckPublicKey(std::string_view key) {
  if (key.find(':') != std::string_view::npos) return absl::FailedPreconditionError("must not contain \":\"");
  return CheckApiKey(key);
}

BraintreePaymentProvider::RequestOrOutcome BraintreePaymentProvider::RefundRequest(
    const PaymentRefund& refund) const {
  // The refund has the currency of the transaction; Braintree takes up to three decimals.
  const std::optional<std::string> amount = DecimalAmount(refund.amount, refund.amount.currency.exponent());
  if (!amount || refund.amount.currency.exponent() > 3) return AmountNotRepresentable(name(), refund.amount);
  const nlohmann::json input = {{"transactionId", refund.payment_reference},
                                {"apiRequestKey", refund.idempotency_key},
                                {"refund", {{"amount", *amount}, {"orderId", refund.idempotency_key}}}};
  return Query(kRefundMutation, {{"input", input}});
}

PaymentOutcome BraintreePaymentProvider::OutcomeOf(const ProviderResponse& response) const {
  const nlohmann::json refund = Member(DataOf(response, "refundTransaction"), "refund");
  return refund.is_object() ? BraintreeRefundState(refund, response) : BraintreeError(response);
}

HttpRequest BraintreePaymentProvider::LookupRequest(std::string_view provider_reference) const {
  return Query(kLookupQuery, {{"id", std::string(provider_reference)}});
}

PaymentOutcome BraintreePaymentProvider::StateIn(const ProviderResponse& response) const {
  const nlohmann::json refund = DataOf(response, "node");
  if (refund.is_object()) return BraintreeRefundState(refund, response);
  PaymentOutcome error = BraintreeError(response);
  return error.code == "NOT_FOUND" ? RefundNotFound() : LookupError(std::move(error));
}

PaymentOutcome BraintreePaymentProvider::Search(const PaymentRefund& refund, Deadline deadline) {
  const nlohmann::json input = {{"orderId", {{"is", refund.idempotency_key}}}};
  const Answer answer = Send(Query(kSearchQuery, {{"input", input}}), deadline);
  if (const auto* outcome = std::get_if<PaymentOutcome>(&answer)) return *outcome;
  const ProviderResponse& response = std::get<ProviderResponse>(answer);
  const nlohmann::json edges = Member(Member(DataOf(response, "search"), "refunds"), "edges");
  if (!edges.is_array()) return LookupError(BraintreeError(response));
  PaymentOutcome found = RefundNotFound();
  for (const nlohmann::json& edge : edges) {
    const nlohmann::json node = Member(edge, "node");
    if (TextMember(node, "orderId") != refund.idempotency_key) continue;
    found = BraintreeRefundState(node, response);
    if (found.kind != Kind::kFailed) break;
  }
  return found;
}

HttpRequest BraintreePaymentProvider::ProbeRequest() const {
  return Query(kProbeQuery, nlohmann::json::object());
}

PaymentOutcome BraintreePaymentProvider::ProbeOutcome(const ProviderResponse& response) const {
  const std::string id = TextMember(Member(DataOf(response, "viewer"), "merchant"), "id");
  if (id.empty() && response.succeeded() && !response.is_json()) {
    return HttpPaymentProvider::ProbeOutcome(response);
  }
  if (id.empty()) return BraintreeError(response);
  const std::string merchant = MerchantIdIn(id);
  if (access_.merchant_id.empty() || access_.merchant_id == merchant) return RefundSucceeded("");
  PaymentOutcome outcome = RefundFailed(
      "MERCHANT_MISMATCH", StrCat("the keys belong to the merchant ", merchant,
                                  ", not to payments.braintree.merchant_id ", access_.merchant_id));
  outcome.kind = Kind::kConfig;
  return outcome;
}

std::vector<std::string> BraintreePaymentProvider::secrets() const {
  const std::string key(access_.private_key.Reveal());
  return {absl::Base64Escape(StrCat(access_.public_key, ":", key)), key};
}

HttpRequest BraintreePaymentProvider::Query(std::string_view query, const nlohmann::json& variables) const {
  return JsonPost(StrCat(access_.base_url, "/graphql"),
                  {Basic(StrCat(access_.public_key, ":", access_.private_key.Reveal())),
                   {"Braintree-Version", std::string(kApiVersion)}},
                  {{"query", std::string(query)}, {"variables", variables}});
}

PaymentProviderDescriptor DescribeBraintree() {
  return {.section = {.name = "braintree",
                      .defaults = BraintreeSettings(),
                      .keys = {{.name = "merchant_id",
                                .member = RefTo(&BraintreeSettings::merchant_id),
                                .description = "merchant to which the keys must belong, checked at start; "
                                               "empty: not checked"},
                               {.name = "public_key",
                                .member = RefTo(&BraintreeSettings::public_key),
                                .description = "public key of the API key at Braintree",
                                .required = true,
                                .check = &BraintreePaymentProvider::CheckPublicKey},
                               {.name = "private_key",
                                .member = RefTo(&BraintreeSettings::private_key),
                                .description = "private key of the API key at Braintree",
                                .required = true,
                                .check = &CheckApiKey,
                                .secret = true},
                               BaseUrlKey(RefTo(&BraintreeSettings::base_url))}},
          .create = WithSettings(&CreateBraintree)};
}

}  // namespace keelson
