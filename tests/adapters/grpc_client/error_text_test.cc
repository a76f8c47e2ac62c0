// Tests the texts of errors with details, as `keelson call` prints them.
#include "adapters/grpc_client/error_text.h"

#include <catch2/catch.hpp>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "keelson/common/v1/money.pb.h"

namespace keelson {
namespace {

grpc::Status WithDetails(grpc::StatusCode code, const google::rpc::Status& details) {
  return {code, "the message", details.SerializeAsString()};
}

TEST_CASE("the text of an error without details consists of code and message") {
  CHECK(ErrorText({grpc::StatusCode::UNAVAILABLE, "connection refused"}) ==
        "UNAVAILABLE: connection refused");
  CHECK(ErrorText({grpc::StatusCode::CANCELLED, ""}) == "CANCELLED: the server sent no message");
}

TEST_CASE("the reason, each metadata entry and each field are on a line of their own") {
  google::rpc::ErrorInfo info;
  info.set_reason("FIELD_INVALID");
  info.set_domain("keelson");
  (*info.mutable_metadata())["user"] = "user_1";
  (*info.mutable_metadata())["limit"] = "3";
  google::rpc::BadRequest request;
  for (const char* field : {"email", "password"}) {
    request.add_field_violations()->set_field(field);
    request.mutable_field_violations()->rbegin()->set_description("is empty");
  }
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  details.add_details()->PackFrom(request);
  CHECK(ErrorText(WithDetails(grpc::StatusCode::INVALID_ARGUMENT, details)) ==
        "INVALID_ARGUMENT: the message\n"
        "  reason: FIELD_INVALID (domain keelson)\n"
        "  metadata limit: 3\n"
        "  metadata user: user_1\n"
        "  field email: is empty\n"
        "  field password: is empty");
}

TEST_CASE("each precondition and the retry delay are on a line of their own") {
  google::rpc::PreconditionFailure failure;
  auto& violation = *failure.add_violations();
  violation.set_type("REFUND_WINDOW");
  violation.set_subject("order_1");
  violation.set_description("closed");
  *failure.add_violations() = violation;
  failure.mutable_violations(1)->clear_subject();
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  google::rpc::Status details;
  details.add_details()->PackFrom(failure);
  details.add_details()->PackFrom(retry);
  CHECK(ErrorText(WithDetails(grpc::StatusCode::FAILED_PRECONDITION, details)) ==
        "FAILED_PRECONDITION: the message\n"
        "  precondition REFUND_WINDOW of order_1: closed\n"
        "  precondition REFUND_WINDOW: closed\n"
        "  retry after: 1.5s");
}

TEST_CASE("a detail of an unknown type is printed as its type URL and size") {
  common::v1::Money money;
  money.set_currency_code("EUR");
  google::rpc::Status details;
  details.add_details()->PackFrom(money);
  CHECK(ErrorText(WithDetails(grpc::StatusCode::ABORTED, details)) ==
        "ABORTED: the message\n  detail: type.googleapis.com/keelson.common.v1.Money (5 bytes)");
}

TEST_CASE("ErrorText contains the code and the message even if the details are not a google.rpc.Status") {
  CHECK(ErrorText({grpc::StatusCode::ABORTED, "the message", "\xff"}) ==
        "ABORTED: the message\n  details: no google.rpc.Status");
}

}  // namespace
}  // namespace keelson
