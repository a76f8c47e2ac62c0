#include "core/common/error.h"

#include <array>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_join.h"
#include "core/common/serialize.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr const char* kPayloadUrl = "keelson.dev/error-details";

struct ReasonEntry {
  Reason reason;
  std::string_view name;
  absl::StatusCode code;
};

using absl::StatusCode;

constexpr std::array kReasons = {
    ReasonEntry{Reason::kFieldInvalid, "FIELD_INVALID", StatusCode::kInvalidArgument},
    ReasonEntry{Reason::kTokenInvalid, "TOKEN_INVALID", StatusCode::kInvalidArgument},
    ReasonEntry{Reason::kRequestIdReused, "REQUEST_ID_REUSED", StatusCode::kInvalidArgument},
    ReasonEntry{Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID", StatusCode::kInvalidArgument},
    ReasonEntry{Reason::kUserNotFound, "USER_NOT_FOUND", StatusCode::kNotFound},
    ReasonEntry{Reason::kSessionNotFound, "SESSION_NOT_FOUND", StatusCode::kNotFound},
    ReasonEntry{Reason::kOrderNotFound, "ORDER_NOT_FOUND", StatusCode::kNotFound},
    ReasonEntry{Reason::kRefundNotFound, "REFUND_NOT_FOUND", StatusCode::kNotFound},
    ReasonEntry{Reason::kMessageNotFound, "MESSAGE_NOT_FOUND", StatusCode::kNotFound},
    ReasonEntry{Reason::kTemplateNotFound, "TEMPLATE_NOT_FOUND", StatusCode::kNotFound},
    ReasonEntry{Reason::kEmailTaken, "EMAIL_TAKEN", StatusCode::kAlreadyExists},
    ReasonEntry{Reason::kReferenceTaken, "REFERENCE_TAKEN", StatusCode::kAlreadyExists},
    ReasonEntry{Reason::kUserState, "USER_STATE", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kUserNotActive, "USER_NOT_ACTIVE", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kOrderState, "ORDER_STATE", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kOrderRefunded, "ORDER_REFUNDED", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kRefundState, "REFUND_STATE", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kRefundNotAllowed, "REFUND_NOT_ALLOWED", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kMessageState, "MESSAGE_STATE", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kExportTooLarge, "EXPORT_TOO_LARGE", StatusCode::kFailedPrecondition},
    ReasonEntry{Reason::kEtagMismatch, "ETAG_MISMATCH", StatusCode::kAborted},
    ReasonEntry{Reason::kContention, "CONTENTION", StatusCode::kAborted},
    ReasonEntry{Reason::kCallerUnknown, "CALLER_UNKNOWN", StatusCode::kUnauthenticated},
    ReasonEntry{Reason::kCredentialsInvalid, "CREDENTIALS_INVALID", StatusCode::kUnauthenticated},
    ReasonEntry{Reason::kSessionInvalid, "SESSION_INVALID", StatusCode::kUnauthenticated},
    ReasonEntry{Reason::kRefreshTokenInvalid, "REFRESH_TOKEN_INVALID", StatusCode::kUnauthenticated},
    ReasonEntry{Reason::kRefreshTokenReused, "REFRESH_TOKEN_REUSED", StatusCode::kUnauthenticated},
    ReasonEntry{Reason::kCallerNotAllowed, "CALLER_NOT_ALLOWED", StatusCode::kPermissionDenied},
    ReasonEntry{Reason::kSignInThrottled, "SIGN_IN_THROTTLED", StatusCode::kResourceExhausted},
    ReasonEntry{Reason::kOverloaded, "OVERLOADED", StatusCode::kResourceExhausted},
    ReasonEntry{Reason::kStoreUnavailable, "STORE_UNAVAILABLE", StatusCode::kUnavailable},
    ReasonEntry{Reason::kShuttingDown, "SHUTTING_DOWN", StatusCode::kUnavailable},
    ReasonEntry{Reason::kEncodingNotSupported, "ENCODING_NOT_SUPPORTED", StatusCode::kUnimplemented},
};

const ReasonEntry& EntryOf(Reason reason) {
  return kReasons[static_cast<std::size_t>(reason)];
}

constexpr bool ListedInOrder() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (kReasons[i].reason != static_cast<Reason>(i)) return false;
  }
  return kReasons.size() == static_cast<std::size_t>(Reason::kEncodingNotSupported) + 1;
}
static_assert(ListedInOrder());

}  // namespace

template <typename Visitor>
void VisitFields(Visitor& a, FieldViolation& v) {
  a(v.field), a(v.description);
}

template <typename Visitor>
void VisitFields(Visitor& a, PreconditionViolation& v) {
  a(v.type), a(v.subject), a(v.description);
}

template <typename Visitor>
void VisitFields(Visitor& a, ErrorDetails& d) {
  a(d.reason), a(d.facts), a(d.fields), a(d.preconditions), a(d.retry_after);
}

std::string_view ReasonName(Reason reason) {
  return EntryOf(reason).name;
}

absl::StatusCode ReasonCode(Reason reason) {
  return EntryOf(reason).code;
}

absl::Status MakeError(const ErrorDetails& details, std::string_view message) {
  absl::Status status(ReasonCode(details.reason), ToAbsl(message));
  status.SetPayload(kPayloadUrl, absl::Cord(Serialize(details)));
  return status;
}

absl::Status MakeError(Reason reason, std::string_view message, std::map<std::string, std::string> facts) {
  ErrorDetails details;
  details.reason = reason;
  details.facts = std::move(facts);
  return MakeError(details, message);
}

std::optional<ErrorDetails> DetailsOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload) return std::nullopt;
  return Deserialize<ErrorDetails>(std::string(*payload));
}

bool HasReason(const absl::Status& status, Reason reason) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details && details->reason == reason;
}

FieldErrors& FieldErrors::Add(std::string field, std::string description) {
  violations_.push_back({std::move(field), std::move(description)});
  return *this;
}

absl::Status FieldErrors::ToStatus() const {
  if (violations_.empty()) return absl::OkStatus();
  ErrorDetails details;
  details.reason = Reason::kFieldInvalid;
  details.fields = violations_;
  return MakeError(details,
                   absl::StrJoin(violations_, "; ", [](std::string* out, const FieldViolation& violation) {
                     *out += StrCat(violation.field, " ", violation.description);
                   }));
}

}  // namespace keelson
