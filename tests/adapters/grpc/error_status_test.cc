#include "adapters/grpc/error_status.h"

#include <catch2/catch.hpp>
#include <string>

#include "core/common/error.h"
#include "core/common/strings.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace keelson {
namespace {

// The public contract: the name and the status code of every reason. Existing entries must not change.
struct Promise {
  Reason reason;
  const char* name;
  grpc::StatusCode code;
};
constexpr Promise kPromises[] = {
    {Reason::kFieldInvalid, "FIELD_INVALID", grpc::INVALID_ARGUMENT},
    {Reason::kTokenInvalid, "TOKEN_INVALID", grpc::INVALID_ARGUMENT},
    {Reason::kRequestIdReused, "REQUEST_ID_REUSED", grpc::INVALID_ARGUMENT},
    {Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID", grpc::INVALID_ARGUMENT},
    {Reason::kUserNotFound, "USER_NOT_FOUND", grpc::NOT_FOUND},
    {Reason::kOrderNotFound, "ORDER_NOT_FOUND", grpc::NOT_FOUND},
    {Reason::kRefundNotFound, "REFUND_NOT_FOUND", grpc::NOT_FOUND},
    {Reason::kMessageNotFound, "MESSAGE_NOT_FOUND", grpc::NOT_FOUND},
    {Reason::kTemplateNotFound, "TEMPLATE_NOT_FOUND", grpc::NOT_FOUND},
    {Reason::kEmailTaken, "EMAIL_TAKEN", grpc::ALREADY_EXISTS},
    {Reason::kReferenceTaken, "REFERENCE_TAKEN", grpc::ALREADY_EXISTS},
    {Reason::kUserState, "USER_STATE", grpc::FAILED_PRECONDITION},
    {Reason::kUserNotActive, "USER_NOT_ACTIVE", grpc::FAILED_PRECONDITION},
    {Reason::kOrderState, "ORDER_STATE", grpc::FAILED_PRECONDITION},
    {Reason::kRefundState, "REFUND_STATE", grpc::FAILED_PRECONDITION},
    {Reason::kRefundNotAllowed, "REFUND_NOT_ALLOWED", grpc::FAILED_PRECONDITION},
    {Reason::kSelfApproval, "SELF_APPROVAL", grpc::FAILED_PRECONDITION},
    {Reason::kMessageState, "MESSAGE_STATE", grpc::FAILED_PRECONDITION},
    {Reason::kExportTooLarge, "EXPORT_TOO_LARGE", grpc::FAILED_PRECONDITION},
    {Reason::kEtagMismatch, "ETAG_MISMATCH", grpc::ABORTED},
    {Reason::kContention, "CONTENTION", grpc::ABORTED},
    {Reason::kCallerUnknown, "CALLER_UNKNOWN", grpc::UNAUTHENTICATED},
    {Reason::kCallerNotAllowed, "CALLER_NOT_ALLOWED", grpc::PERMISSION_DENIED},
    {Reason::kOverloaded, "OVERLOADED", grpc::RESOURCE_EXHAUSTED},
    {Reason::kStoreUnavailable, "STORE_UNAVAILABLE", grpc::UNAVAILABLE},
    {Reason::kShuttingDown, "SHUTTING_DOWN", grpc::UNAVAILABLE},
    {Reason::kEncodingNotSupported, "ENCODING_NOT_SUPPORTED", grpc::UNIMPLEMENTED},
};

google::rpc::Status DetailsIn(const grpc::Status& status) {
  google::rpc::Status details;
  REQUIRE(details.ParseFromString(status.error_details()));
  return details;
}

TEST_CASE("ToGrpcStatus returns the published status code and ErrorInfo reason of every Reason") {
  for (const Promise& promise : kPromises) {
    INFO(promise.name);
    const grpc::Status status = ToGrpcStatus(MakeError(promise.reason, "why", {{"state", "paid"}}), "id");
    CHECK(status.error_code() == promise.code);
    CHECK(status.error_message() == "why");
    const google::rpc::Status details = DetailsIn(status);
    CHECK(details.code() == promise.code);
    CHECK(details.message() == "why");
    google::rpc::ErrorInfo info;
    REQUIRE(details.details_size() == 1);
    CHECK(details.details(0).type_url() == "type.googleapis.com/google.rpc.ErrorInfo");
    REQUIRE(details.details(0).UnpackTo(&info));
    CHECK(info.reason() == promise.name);
    CHECK(info.domain() == "keelson");
    CHECK(info.metadata().at("state") == "paid");
  }
}

TEST_CASE("violations and the retry delay become details of google.rpc.Status") {
  ErrorDetails details;
  details.reason = Reason::kRefundNotAllowed;
  details.fields = {{"lines[2].title", "must be shorter"}};
  details.preconditions = {{"WITHIN_WINDOW", "order_1", "the window closed"}};
  details.retry_after = absl::Milliseconds(1500);
  const google::rpc::Status status = DetailsIn(ToGrpcStatus(MakeError(details, "no"), "id"));
  REQUIRE(status.details_size() == 4);
  google::rpc::BadRequest bad_request;
  REQUIRE(status.details(1).UnpackTo(&bad_request));
  CHECK(bad_request.field_violations(0).field() == "lines[2].title");
  CHECK(bad_request.field_violations(0).description() == "must be shorter");
  google::rpc::PreconditionFailure failure;
  REQUIRE(status.details(2).UnpackTo(&failure));
  CHECK(failure.violations(0).type() == "WITHIN_WINDOW");
  CHECK(failure.violations(0).subject() == "order_1");
  CHECK(failure.violations(0).description() == "the window closed");
  google::rpc::RetryInfo retry;
  REQUIRE(status.details(3).UnpackTo(&retry));
  CHECK(retry.retry_delay().seconds() == 1);
  CHECK(retry.retry_delay().nanos() == 500'000'000);
}

TEST_CASE(
    "violations that do not fit into the trailers are omitted, and their number is in violations_omitted") {
  FieldErrors errors;
  for (int i = 0; i < 1000; ++i) errors.Add(StrCat("lines[", i, "].title"), "must be valid UTF-8 and so on");
  const grpc::Status status = ToGrpcStatus(errors.ToStatus(), "id");
  CHECK(status.error_details().size() < 5000);
  CHECK(status.error_message().size() <= 512);
  const google::rpc::Status details = DetailsIn(status);
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  REQUIRE(details.details(0).UnpackTo(&info));
  REQUIRE(details.details(1).UnpackTo(&bad_request));
  CHECK(bad_request.field_violations_size() > 20);
  CHECK(std::stoi(info.metadata().at("violations_omitted")) + bad_request.field_violations_size() == 1000);
}

TEST_CASE("texts of a status are valid UTF-8 without leading or trailing white space") {
  ErrorDetails details;
  details.reason = Reason::kRefundNotAllowed;
  details.facts = {{"state ", " paid\n"}};
  details.fields = {{" id\t", "must not be \xff "}};
  details.preconditions = {{"ORDER_STATE ", "\xc2\xa0order_1", "the order is DELIVERED, not "}};
  const grpc::Status status =
      ToGrpcStatus(MakeError(details, "\n the order is DELIVERED, not \xc3 \r\n"), "id");
  CHECK(status.error_message() == "the order is DELIVERED, not \xef\xbf\xbd");
  const google::rpc::Status message = DetailsIn(status);
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure failure;
  REQUIRE(message.details(0).UnpackTo(&info));
  REQUIRE(message.details(1).UnpackTo(&bad_request));
  REQUIRE(message.details(2).UnpackTo(&failure));
  CHECK(message.message() == status.error_message());
  CHECK(info.metadata().at("state") == "paid");
  CHECK(bad_request.field_violations(0).field() == "id");
  CHECK(bad_request.field_violations(0).description() == "must not be \xef\xbf\xbd");
  CHECK(failure.violations(0).type() == "ORDER_STATE");
  CHECK(failure.violations(0).subject() == "order_1");
  CHECK(failure.violations(0).description() == "the order is DELIVERED, not");
  CHECK(ToGrpcStatus(MakeError(Reason::kOrderState, "the order is DELIVERED, not "), "id").error_message() ==
        "the order is DELIVERED, not");
  CHECK(ToGrpcStatus(MakeError(Reason::kOrderState, " \n"), "id").error_message().empty());
}

// Returns a header's size as HTTP/2 counts it (RFC 9113, 10.5.1).
std::size_t HeaderSize(std::size_t name, std::size_t value) {
  return name + value + 32;
}

TEST_CASE("the largest status fits into the 8 KiB of trailers that clients accept") {
  const std::string wide = [] {
    std::string text;
    for (int i = 0; i < 4000; ++i) text += "\xe2\x82\xac";
    return text;
  }();
  ErrorDetails details;
  details.reason = Reason::kRefundNotAllowed;
  details.retry_after = absl::Hours(24) - absl::Nanoseconds(1);
  for (int i = 0; i < 100; ++i) {
    details.facts[StrCat(i, wide)] = wide;
    details.fields.push_back({wide, wide});
    details.preconditions.push_back({wide, wide, wide});
  }
  const grpc::Status status = ToGrpcStatus(MakeError(details, wide), "id");
  const std::size_t percent_encoded = 3 * status.error_message().size();
  const std::size_t base64 = (status.error_details().size() + 2) / 3 * 4;
  const std::size_t trailers = HeaderSize(sizeof "grpc-message" - 1, percent_encoded) +
                               HeaderSize(sizeof "grpc-status-details-bin" - 1, base64) +
                               HeaderSize(sizeof "grpc-status" - 1, 2);
  CHECK(trailers < 8000);
  google::rpc::ErrorInfo info;
  REQUIRE(DetailsIn(status).details(0).UnpackTo(&info));
  CHECK_FALSE(info.metadata().empty());
}

TEST_CASE("an error without details becomes INTERNAL, with the request id but without the cause") {
  for (const absl::Status& fault : {absl::InternalError("disk 7 is broken"), absl::UnknownError("disk 7"),
                                    absl::NotFoundError("disk 7"), absl::UnavailableError("disk 7")}) {
    const grpc::Status status = ToGrpcStatus(fault, "request-1");
    CHECK(status.error_code() == grpc::INTERNAL);
    CHECK(status.error_message() == "internal error; see the server's log for the request id request-1");
    CHECK(status.error_details().empty());
  }
}

TEST_CASE("DEADLINE_EXCEEDED and CANCELLED keep their codes") {
  CHECK(ToGrpcStatus(absl::DeadlineExceededError("x"), "id").error_code() == grpc::DEADLINE_EXCEEDED);
  CHECK(ToGrpcStatus(absl::CancelledError("x"), "id").error_code() == grpc::CANCELLED);
}

}  // namespace
}  // namespace keelson
