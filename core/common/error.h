// Errors of the core: an absl::Status whose payload contains machine-readable details for the caller.
//
//   return MakeError(Reason::kEmailTaken, "an account with this e-mail address already exists");
//   return FieldErrors().Add("email", "is required").ToStatus();
//
// Clients depend on the reasons, which must not be renamed. A transport translates `DetailsOf(status)`. A
// status without details is a bug or an outage, and its message must not be sent to callers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace keelson {

enum class Reason {
  kFieldInvalid,
  kTokenInvalid,
  kRequestIdReused,
  kPageTokenInvalid,
  kUserNotFound,
  kSessionNotFound,
  kOrderNotFound,
  kRefundNotFound,
  kMessageNotFound,
  kTemplateNotFound,
  kEmailTaken,
  kReferenceTaken,
  kUserState,
  kUserNotActive,
  kOrderState,
  kOrderRefunded,
  kRefundState,
  kRefundNotAllowed,
  kMessageState,
  kExportTooLarge,
  kEtagMismatch,
  kContention,
  kCallerUnknown,
  kCredentialsInvalid,
  kSessionInvalid,
  kRefreshTokenInvalid,
  kRefreshTokenReused,
  kCallerNotAllowed,
  kSignInThrottled,
  kOverloaded,
  kStoreUnavailable,
  kShuttingDown,
  kEncodingNotSupported,
};

// The reason's name in responses, such as "EMAIL_TAKEN".
std::string_view ReasonName(Reason reason);
absl::StatusCode ReasonCode(Reason reason);

// One field of a request and the violated rule. `field` is the path in the public contract, such as
// "lines[2].unit_price.currency_code". `description` follows the path in error messages, so it begins with a
// verb: "must be at least 1".
struct FieldViolation {
  std::string field;
  std::string description;
  bool operator==(const FieldViolation&) const = default;
};

// One precondition that does not hold: the rule's name, the id of the entity, and why the rule fails.
struct PreconditionViolation {
  std::string type;
  std::string subject;
  std::string description;
  bool operator==(const PreconditionViolation&) const = default;
};

struct ErrorDetails {
  Reason reason = Reason::kFieldInvalid;
  // Machine-readable details by name, such as state, expected and etag.
  std::map<std::string, std::string> facts;
  std::vector<FieldViolation> fields;
  std::vector<PreconditionViolation> preconditions;
  // Time to wait before a retry; set if the same call may succeed later.
  std::optional<absl::Duration> retry_after;
};

absl::Status MakeError(const ErrorDetails& details, std::string_view message);
absl::Status MakeError(Reason reason, std::string_view message,
                       std::map<std::string, std::string> facts = {});

// nullopt for an OK status, and for a status that MakeError did not create.
std::optional<ErrorDetails> DetailsOf(const absl::Status& status);
bool HasReason(const absl::Status& status, Reason reason);

// Collects the violations of all fields of a request for one error.
class FieldErrors {
 public:
  FieldErrors& Add(std::string field, std::string description);
  bool empty() const { return violations_.empty(); }
  // Returns OK if there are no violations; otherwise INVALID_ARGUMENT (FIELD_INVALID) with all violations.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldViolation> violations_;
};

}  // namespace keelson
