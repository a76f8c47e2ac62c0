#include "core/common/error.h"

#include <catch2/catch.hpp>

#include "core/common/etag.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

using absl::StatusCode;

struct Expected {
  Reason reason;
  std::string_view name;
  StatusCode code;
};

// Clients rely on these names and codes: entries may be added, but not changed.
constexpr Expected kGolden[] = {
    {Reason::kFieldInvalid, "FIELD_INVALID", StatusCode::kInvalidArgument},
    {Reason::kTokenInvalid, "TOKEN_INVALID", StatusCode::kInvalidArgument},
    {Reason::kRequestIdReused, "REQUEST_ID_REUSED", StatusCode::kInvalidArgument},
    {Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID", StatusCode::kInvalidArgument},
    {Reason::kUserNotFound, "USER_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kSessionNotFound, "SESSION_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kOrderNotFound, "ORDER_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kRefundNotFound, "REFUND_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kMessageNotFound, "MESSAGE_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kTemplateNotFound, "TEMPLATE_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kEmailTaken, "EMAIL_TAKEN", StatusCode::kAlreadyExists},
    {Reason::kReferenceTaken, "REFERENCE_TAKEN", StatusCode::kAlreadyExists},
    {Reason::kUserState, "USER_STATE", StatusCode::kFailedPrecondition},
    {Reason::kUserNotActive, "USER_NOT_ACTIVE", StatusCode::kFailedPrecondition},
    {Reason::kOrderState, "ORDER_STATE", StatusCode::kFailedPrecondition},
    {Reason::kOrderRefunded, "ORDER_REFUNDED", StatusCode::kFailedPrecondition},
    {Reason::kRefundState, "REFUND_STATE", StatusCode::kFailedPrecondition},
    {Reason::kRefundNotAllowed, "REFUND_NOT_ALLOWED", StatusCode::kFailedPrecondition},
    {Reason::kSelfApproval, "SELF_APPROVAL", StatusCode::kFailedPrecondition},
    {Reason::kMessageState, "MESSAGE_STATE", StatusCode::kFailedPrecondition},
    {Reason::kExportTooLarge, "EXPORT_TOO_LARGE", StatusCode::kFailedPrecondition},
    {Reason::kEtagMismatch, "ETAG_MISMATCH", StatusCode::kAborted},
    {Reason::kContention, "CONTENTION", StatusCode::kAborted},
    {Reason::kCallerUnknown, "CALLER_UNKNOWN", StatusCode::kUnauthenticated},
    {Reason::kCredentialsInvalid, "CREDENTIALS_INVALID", StatusCode::kUnauthenticated},
    {Reason::kSessionInvalid, "SESSION_INVALID", StatusCode::kUnauthenticated},
    {Reason::kRefreshTokenInvalid, "REFRESH_TOKEN_INVALID", StatusCode::kUnauthenticated},
    {Reason::kRefreshTokenReused, "REFRESH_TOKEN_REUSED", StatusCode::kUnauthenticated},
    {Reason::kCallerNotAllowed, "CALLER_NOT_ALLOWED", StatusCode::kPermissionDenied},
    {Reason::kSignInThrottled, "SIGN_IN_THROTTLED", StatusCode::kResourceExhausted},
    {Reason::kOverloaded, "OVERLOADED", StatusCode::kResourceExhausted},
    {Reason::kStoreUnavailable, "STORE_UNAVAILABLE", StatusCode::kUnavailable},
    {Reason::kShuttingDown, "SHUTTING_DOWN", StatusCode::kUnavailable},
    {Reason::kEncodingNotSupported, "ENCODING_NOT_SUPPORTED", StatusCode::kUnimplemented},
};

TEST_CASE("ReasonName and ReasonCode return the name and the status code of every reason in the API") {
  CHECK(std::size(kGolden) == static_cast<std::size_t>(Reason::kEncodingNotSupported) + 1);
  for (const Expected& expected : kGolden) {
    CAPTURE(expected.name);
    CHECK(ReasonName(expected.reason) == expected.name);
    CHECK(ReasonCode(expected.reason) == expected.code);
  }
}

TEST_CASE("DetailsOf returns the details that MakeError stored in a status") {
  ErrorDetails details;
  details.reason = Reason::kOverloaded;
  details.facts = {{"state", "PAID"}, {"expected", "SHIPPED"}};
  details.fields = {{"email", "is required"}, {"lines[2].sku", "must be valid UTF-8"}};
  details.preconditions = {{"ORDER_PAID", "order_1", "nothing was paid"}};
  details.retry_after = absl::Milliseconds(1500);
  const absl::Status status = MakeError(details, "too many wait");
  CHECK(status.code() == StatusCode::kResourceExhausted);
  CHECK(status.message() == "too many wait");
  const ErrorDetails read = Details(status);
  CHECK(read.reason == details.reason);
  CHECK(read.facts == details.facts);
  CHECK(read.fields == details.fields);
  CHECK(read.preconditions == details.preconditions);
  CHECK(read.retry_after == details.retry_after);
  CHECK(HasReason(status, Reason::kOverloaded));
  CHECK_FALSE(HasReason(status, Reason::kContention));
}

TEST_CASE("A status that MakeError did not create has no details") {
  CHECK_FALSE(DetailsOf(absl::OkStatus()).has_value());
  CHECK_FALSE(DetailsOf(absl::InternalError("a bug")).has_value());
  CHECK_FALSE(HasReason(absl::NotFoundError(""), Reason::kUserNotFound));
}

TEST_CASE("Field violations keep the order in which they were added") {
  CHECK(FieldErrors().ToStatus().ok());
  FieldErrors errors;
  errors.Add("email", "is required").Add("locale", "must be a tag").Add("email", "must be short");
  const absl::Status status = errors.ToStatus();
  CHECK(ReasonOf(status) == "FIELD_INVALID");
  CHECK(BadFields(status) == Fields{"email", "locale", "email"});
  CHECK(status.message() == "email is required; locale must be a tag; email must be short");
}

TEST_CASE("An etag changes with the version, and only the current etag is accepted") {
  CHECK(EtagOf(1) != EtagOf(2));
  CHECK(CheckEtag(EtagOf(7), 7).ok());
  CHECK(CheckEtag("", 7).ok());
  for (const std::string_view stale : {"v6", "v8", "7", "V7", "v07", "v7 ", "*"}) {
    CAPTURE(stale);
    const absl::Status status = CheckEtag(stale, 7);
    CHECK(ReasonOf(status) == "ETAG_MISMATCH");
    CHECK(Fact(status, "etag") == EtagOf(7));
  }
}

}  // namespace
}  // namespace keelson
