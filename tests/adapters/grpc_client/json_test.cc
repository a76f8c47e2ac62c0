// Tests the conversion of requests and responses from and to JSON.
#include "adapters/grpc_client/json.h"

#include <catch2/catch.hpp>

#include "keelson/accounts/v1/accounts.pb.h"
#include "keelson/orders/v1/orders.pb.h"
#include "keelson/refunds/v1/refunds.pb.h"

namespace keelson {
namespace {

using accounts::v1::RegisterUserRequest;
using orders::v1::CreateOrderRequest;

template <typename Request>
std::string JsonError(const std::string& json) {
  Request request;
  const absl::Status status = ParseJson(json, request);
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST_CASE("field names may be snake_case or lowerCamelCase") {
  CreateOrderRequest request;
  REQUIRE(
      ParseJson(R"({"request_id": "o1", "lines": [{"unitPrice": {"minor_units": "1250"}}]})", request).ok());
  CHECK(request.request_id() == "o1");
  CHECK(request.lines(0).unit_price().minor_units() == 1250);
}

TEST_CASE("the error for an unknown field names the message, the field and the nearest field") {
  CHECK(JsonError<RegisterUserRequest>(R"({"emial": "a@example.com"})") ==
        "JSON: RegisterUserRequest has no field emial; did you mean email?");
  CHECK(JsonError<RegisterUserRequest>(R"({"telephone_number": ""})") ==
        "JSON: RegisterUserRequest has no field telephone_number");
}

TEST_CASE("the error for an unknown field of a nested message names the path of the message") {
  CHECK(JsonError<CreateOrderRequest>(
            R"({"lines": [{"sku": "a"}, {"unit_price": {"currency_cod": "EUR"}}]})") ==
        "JSON: lines[1].unit_price has no field currency_cod; did you mean currency_code?");
  CHECK(JsonError<CreateOrderRequest>(R"({"lines": [{"unitPric": {}}]})") ==
        "JSON: lines[0] has no field unitPric; did you mean unitPrice?");
}

TEST_CASE("the error for an invalid value names the field, the value and the expected type") {
  CHECK(JsonError<CreateOrderRequest>(R"({"lines": [{"quantity": "many"}]})") ==
        "JSON: lines[0].quantity has the invalid value \"many\"; expected int64");
  CHECK(JsonError<RegisterUserRequest>(R"({"email": 3})") ==
        "JSON: email has the invalid value 3; expected string");
  CHECK(JsonError<RegisterUserRequest>(R"({"labels": 3})") ==
        "JSON: labels has the invalid value 3; expected object");
  CHECK_THAT(JsonError<refunds::v1::CreateRefundRequest>(R"({"reason": "BROKEN"})"),
             Catch::StartsWith("JSON: reason has the invalid value \"BROKEN\"; expected RefundReason (") &&
                 Catch::Contains("REFUND_REASON_DEFECTIVE, "));
  CHECK(JsonError<accounts::v1::ListUsersRequest>(R"({"created_from": "yesterday"})") ==
        "JSON: created_from: Invalid time format: yesterday; expected google.protobuf.Timestamp");
}

TEST_CASE("invalid JSON is an error") {
  CHECK(JsonError<RegisterUserRequest>("{\"email\":") == "JSON: Unexpected end of string. Expected a value.");
  CHECK_THAT(JsonError<RegisterUserRequest>("{\"email\": "), Catch::StartsWith("JSON: "));
  CHECK_THAT(JsonError<RegisterUserRequest>("email"), Catch::StartsWith("JSON: "));
  CHECK_THAT(JsonError<RegisterUserRequest>(""), Catch::StartsWith("JSON: "));
}

TEST_CASE("a response is indented by two spaces, in lowerCamelCase and without default values") {
  CreateOrderRequest message;
  message.set_request_id("two\nlines");
  message.set_user_id("");
  message.add_lines()->mutable_unit_price()->set_minor_units(5);
  CHECK(FormatJson(message) == R"({
  "requestId": "two\nlines",
  "lines": [
    {
      "unitPrice": {
        "minorUnits": "5"
      }
    }
  ]
}
)");
  CHECK(FormatJson(CreateOrderRequest()) == "{}\n");
}

TEST_CASE("angle brackets in a response are not escaped") {
  CreateOrderRequest message;
  message.set_request_id(R"(<b>\u003c\</b>)");
  CHECK(FormatJson(message) == "{\n  \"requestId\": \"<b>\\\\u003c\\\\</b>\"\n}\n");
}

}  // namespace
}  // namespace keelson
