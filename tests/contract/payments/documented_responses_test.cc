// Tests the outcomes of the errors that each provider documents.
#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/contract/payments/fixtures.h"

namespace keelson {
namespace {

using nlohmann::json;

struct DocumentedError {
  int status;
  std::string code;
  std::string text;
  // The name of the kind of the outcome.
  std::string kind;
};

void CheckOutcomes(const std::string& provider, const std::vector<DocumentedError>& errors,
                   const std::function<json(const DocumentedError&)>& write) {
  const PaymentFixture& fixture = FixtureOf(provider);
  for (const DocumentedError& error : errors) {
    CAPTURE(provider, error.status, error.code, error.text);
    const PaymentOutcome outcome = OutcomeOfRefund(fixture, JsonReply(error.status, write(error)));
    CHECK(KindName(outcome) == error.kind);
    CHECK(outcome.code == error.code);
    CHECK_THAT(outcome.message, Catch::Contains(error.text));
    CHECK(outcome.provider_reference.empty());
    CHECK(outcome.retry_after.has_value() == (error.kind == "retry" && error.code != "PENDING_CAPTURE" &&
                                              error.code != "91506" && error.code != "91574"));
  }
}

TEST_CASE("each documented error of Stripe has the expected outcome", "[payments]") {
  const std::vector<DocumentedError> errors = {
      {400, "charge_already_refunded", "Charge ch_1 has already been refunded.", "failed"},
      {400, "charge_disputed", "Charge ch_1 has been charged back; cannot issue a refund.", "failed"},
      {400, "refund_disputed_payment", "The payment is disputed.", "failed"},
      {400, "charge_not_refundable", "This charge cannot be refunded.", "failed"},
      {400, "charge_exceeds_source_limit", "The amount exceeds the limit.", "failed"},
      {400, "amount_too_large", "Amount must be no more than $999,999.99", "failed"},
      {400, "amount_too_small", "Amount must be at least 50 cents", "failed"},
      {400, "parameter_invalid_integer", "Invalid integer: 12.5", "failed"},
      {400, "invalid_charge_amount", "The amount is greater than the unrefunded amount", "failed"},
      {400, "invalid_charge_amount_no_decimal_compatible", "Amounts must be divisible by 100.", "failed"},
      {400, "payment_intent_unexpected_state", "This PaymentIntent has no successful charge.", "failed"},
      {400, "parameter_unknown", "Received unknown parameter: x", "config"},
      {400, "parameter_missing", "Missing required param: charge.", "config"},
      {400, "account_invalid", "The account is invalid.", "config"},
      {400, "balance_insufficient", "Insufficient funds in your Stripe balance to refund.", "config"},
      {400, "testmode_charges_only", "Your account cannot make live charges.", "config"},
      {400, "tls_version_unsupported", "This TLS version is unsupported.", "config"},
      {401, "api_key_expired", "The API key has expired.", "config"},
      {401, "platform_api_key_expired", "The API key has expired.", "config"},
      {401, "secret_key_required", "This operation requires a secret key.", "config"},
      {403, "more_permissions_required", "The provided key does not have the required permissions.",
       "config"},
      {402, "card_declined", "The refund was declined.", "failed"},
      {404, "resource_missing", "No such charge: 'ch_1'", "failed"},
      {404, "resource_missing",
       "No such charge: 'ch_1'; a similar object exists in test mode, but a live mode key was used.",
       "config"},
      {404, "resource_missing",
       "No such charge: 'ch_1'; a similar object exists in live mode, but a test mode key was used.",
       "config"},
      {404, "livemode_mismatch", "The objects belong to different modes.", "config"},
      {409, "idempotency_key_in_use", "There is another request in progress with this key.", "unknown"},
      {429, "lock_timeout", "This object cannot be accessed right now.", "retry"},
      {429, "rate_limit", "Too many requests hit the API too quickly.", "retry"},
      {500, "api_error", "An unknown error occurred", "unknown"},
      {503, "api_error", "Stripe is temporarily unavailable", "unknown"},
  };
  CheckOutcomes("stripe", errors, [](const DocumentedError& error) -> json {
    return {{"error", {{"type", "invalid_request_error"}, {"code", error.code}, {"message", error.text}}}};
  });
}

TEST_CASE("each documented error of Stripe without a code is classified by its type", "[payments]") {
  const std::vector<DocumentedError> errors = {
      {400, "invalid_request_error", "Refund amount ($20.00) is greater than unrefunded amount", "failed"},
      {400, "invalid_request_error", "Invalid Stripe version: 2999-01-01", "config"},
      {400, "idempotency_error", "Keys for idempotent requests can only be used once.", "unknown"},
      {401, "invalid_request_error", "Invalid API Key provided: sk_live_***", "config"},
      {404, "invalid_request_error", "Unrecognized request URL (POST: /v1/refund).", "config"},
      {500, "api_error", "An unknown error occurred", "unknown"},
  };
  CheckOutcomes("stripe", errors, [](const DocumentedError& error) -> json {
    return {{"error", {{"type", error.code}, {"message", error.text}}}};
  });
}

TEST_CASE("each documented error of PayPal has the expected outcome", "[payments]") {
  const std::vector<DocumentedError> errors = {
      {400, "MISSING_REQUIRED_PARAMETER", "A required field is missing.", "config"},
      {400, "INVALID_PARAMETER_SYNTAX", "The value of a field does not conform to the syntax.", "failed"},
      {400, "INVALID_STRING_LENGTH", "The value of a field is too short or too long.", "failed"},
      {403, "PERMISSION_DENIED", "You do not have permission to refund this capture.", "config"},
      {404, "INVALID_RESOURCE_ID", "Specified resource ID does not exist.", "failed"},
      {409, "PREVIOUS_REQUEST_IN_PROGRESS", "A previous request is in progress.", "unknown"},
      {422, "CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.", "failed"},
      {422, "DECIMAL_PRECISION", "Only two decimal places are supported.", "failed"},
      {422, "DECIMALS_NOT_SUPPORTED", "Currency does not support decimals.", "failed"},
      {422, "INVALID_CURRENCY_CODE", "Currency code is invalid.", "failed"},
      {422, "CURRENCY_MISMATCH", "Currencies differ.", "failed"},
      {422, "CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded", "failed"},
      {422, "REFUND_CAPTURE_CURRENCY_MISMATCH", "Refund must be in the currency of the capture", "failed"},
      {422, "REFUND_NOT_ALLOWED", "Capture cannot be refunded.", "failed"},
      {422, "REFUND_TIME_LIMIT_EXCEEDED", "You are over the time limit", "failed"},
      {422, "REFUND_AMOUNT_EXCEEDED", "The refund amount is too large.", "failed"},
      {422, "REFUND_AMOUNT_TOO_LOW", "The amount after currency conversion is zero.", "failed"},
      {422, "REFUND_FAILED_INSUFFICIENT_FUNDS", "Insufficient funds.", "config"},
      {422, "PARTIAL_REFUND_NOT_ALLOWED", "You cannot refund less than the capture.", "failed"},
      {422, "MAX_NUMBER_OF_REFUNDS_EXCEEDED", "Too many refund attempts.", "failed"},
      {422, "PENDING_CAPTURE", "The capture is pending.", "retry"},
      {422, "DUPLICATE_REQUEST_ID", "The request id was used before.", "unknown"},
      {422, "PAYEE_ACCOUNT_LOCKED_OR_CLOSED", "Payee account is locked or closed.", "config"},
      {422, "PAYER_ACCOUNT_LOCKED_OR_CLOSED", "The payer account cannot be used.", "failed"},
      {422, "PAYEE_ACCOUNT_RESTRICTED", "Payee account is restricted.", "config"},
      {422, "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", "There is a chargeback.", "failed"},
      {422, "TRANSACTION_DISPUTED", "There is an open case on this transaction.", "failed"},
      {422, "REFUND_IS_RESTRICTED", "Only the API caller that captured may refund.", "failed"},
  };
  CheckOutcomes("paypal", errors, [](const DocumentedError& error) -> json {
    const json issue = {{"issue", error.code}, {"description", error.text}};
    return {{"name", "UNPROCESSABLE_ENTITY"}, {"message", "m"}, {"details", json::array({issue})}};
  });
}

TEST_CASE("each documented error of PayPal without details is classified by its name", "[payments]") {
  const std::vector<DocumentedError> errors = {
      {400, "INVALID_REQUEST", "Request is not well-formed.", "failed"},
      {401, "AUTHENTICATION_FAILURE", "Authentication failed due to invalid credentials.", "config"},
      {403, "NOT_AUTHORIZED", "Authorization failed due to insufficient permissions.", "config"},
      {404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.", "failed"},
      {405, "METHOD_NOT_SUPPORTED", "The server does not implement the method.", "config"},
      {415, "UNSUPPORTED_MEDIA_TYPE", "The server does not support the media type.", "config"},
      {429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting.", "retry"},
      {500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred.", "unknown"},
      {503, "SERVICE_UNAVAILABLE", "Service Unavailable.", "unknown"},
  };
  CheckOutcomes("paypal", errors, [](const DocumentedError& error) -> json {
    return {{"name", error.code}, {"message", error.text}};
  });
}

TEST_CASE("each documented error of Braintree has the expected outcome", "[payments]") {
  const std::vector<DocumentedError> errors = {
      {200, "91506", "Cannot refund transaction unless it is settled.", "retry"},
      {200, "91574", "Cannot refund a settling transaction.", "retry"},
      {200, "91512", "Transaction has already been completely refunded.", "failed"},
      {200, "91521", "Refund amount is too large.", "failed"},
      {200, "91505", "Cannot refund credit.", "failed"},
      {200, "81503", "Amount is an invalid format.", "failed"},
      {200, "81528", "Amount is too large.", "failed"},
      {200, "81531", "Amount must be greater than zero.", "failed"},
      {200, "915200", "Refund declined by the processor.", "failed"},
      {200, "915201", "Refund declined by the processor.", "failed"},
      {200, "91513", "Merchant account ID is invalid.", "config"},
      {200, "91514", "Merchant account is suspended.", "config"},
      {200, "91538", "Cannot refund transaction with a suspended merchant account.", "config"},
      {200, "91547", "Merchant account does not support refunds.", "config"},
      {200, "91559", "Cannot refund transaction with a pending merchant account.", "config"},
      // An error that the provider does not document, such as a key in flight.
      {200, "99999", "Something else is invalid.", "unknown"},
  };
  CheckOutcomes("braintree", errors, [](const DocumentedError& error) -> json {
    const json extensions = {{"errorClass", "VALIDATION"}, {"legacyCode", error.code}};
    return {{"errors", json::array({{{"message", error.text}, {"extensions", extensions}}})}};
  });
}

TEST_CASE("each error class of Braintree has the expected outcome", "[payments]") {
  const std::vector<DocumentedError> errors = {
      {200, "AUTHENTICATION", "Invalid credentials.", "config"},
      {200, "AUTHORIZATION", "Not authorized.", "config"},
      {200, "UNSUPPORTED_CLIENT", "The version of the client is not supported.", "config"},
      {200, "NOT_FOUND", "An object with this ID was not found.", "failed"},
      {200, "RESOURCE_LIMIT", "Too many requests.", "retry"},
      {200, "SERVICE_AVAILABILITY", "Service unavailable.", "unknown"},
      {200, "INTERNAL", "Internal error.", "unknown"},
      {200, "UNKNOWN", "Unknown error.", "unknown"},
      {200, "VALIDATION", "Variable input has an invalid value.", "unknown"},
  };
  CheckOutcomes("braintree", errors, [](const DocumentedError& error) -> json {
    const json extensions = {{"errorClass", error.code}};
    return {{"data", nullptr},
            {"errors", json::array({{{"message", error.text}, {"extensions", extensions}}})}};
  });
}

TEST_CASE("each documented state of a refund has the expected outcome", "[payments]") {
  struct DocumentedState {
    std::string provider;
    std::string status;
    std::string kind;
  };
  const std::vector<DocumentedState> states = {
      {"stripe", "succeeded", "succeeded"},
      {"stripe", "pending", "pending"},
      {"stripe", "requires_action", "pending"},
      {"stripe", "failed", "failed"},
      {"stripe", "canceled", "failed"},
      {"paypal", "COMPLETED", "succeeded"},
      {"paypal", "PENDING", "pending"},
      {"paypal", "FAILED", "failed"},
      {"paypal", "CANCELLED", "failed"},
      {"braintree", "SETTLED", "succeeded"},
      {"braintree", "AUTHORIZING", "pending"},
      {"braintree", "AUTHORIZED", "pending"},
      {"braintree", "SUBMITTED_FOR_SETTLEMENT", "pending"},
      {"braintree", "SETTLEMENT_CONFIRMED", "pending"},
      {"braintree", "SETTLEMENT_PENDING", "pending"},
      {"braintree", "SETTLING", "pending"},
      {"braintree", "AUTHORIZATION_EXPIRED", "failed"},
      {"braintree", "FAILED", "failed"},
      {"braintree", "GATEWAY_REJECTED", "failed"},
      {"braintree", "PROCESSOR_DECLINED", "failed"},
      {"braintree", "SETTLEMENT_DECLINED", "failed"},
      {"braintree", "VOIDED", "failed"},
  };
  for (const DocumentedState& state : states) {
    CAPTURE(state.provider, state.status);
    const PaymentFixture& fixture = FixtureOf(state.provider);
    json refund = fixture.refund("re-1", kSampleKey, RefundAt::kPaid);
    refund["status"] = state.status;
    CHECK(KindName(OutcomeOfRefund(fixture, fixture.refunded(refund))) == state.kind);
    Counterpart counterpart(fixture, fixture.looked_up(refund));
    CHECK(KindName(counterpart.provider().FindRefund(SampleRefund(fixture), "re-1", Soon())) == state.kind);
  }
}

}  // namespace
}  // namespace keelson
