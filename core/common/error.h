// Errors as the core reports them: an absl::Status whose payload holds what a caller needs to act on.
//
//   return MakeError(Reason::kEmailTaken, "the address is taken");
//   return FieldErrors().Add("email", "is required").ToStatus();
//
// The reasons are a promise to clients: they are never renamed. A transport translates
// `DetailsOf(status)`; a status without details is a fault of ours and must not be shown outside.
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
  kOrderNotFound,
  kRefundNotFound,
  kMessageNotFound,
  kTemplateNotFound,
  kEmailTaken,
  kReferenceTaken,
  kUserState,
  kUserNotActive,
  kOrderState,
  kRefundState,
  kRefundNotAllowed,
  kMessageState,
  kEtagMismatch,
  kContention,
  kCallerUnknown,
  kCallerNotAllowed,
  kOverloaded,
  kStoreUnavailable,
  kShuttingDown,
  kEncodingNotSupported,
};

// "EMAIL_TAKEN": the name that clients see.
std::string_view ReasonName(Reason reason);
absl::StatusCode ReasonCode(Reason reason);

// One field of a request and the rule it breaks. `field` is the path in the public contract, such as
// "lines[2].unit_price.currency_code"; `description` is a predicate: "must be at least 1".
struct FieldViolation {
  std::string field;
  std::string description;
  bool operator==(const FieldViolation&) const = default;
};

// One precondition that does not hold: a rule's name, what it was judged of, and why it fails.
struct PreconditionViolation {
  std::string type;
  std::string subject;
  std::string description;
  bool operator==(const PreconditionViolation&) const = default;
};

struct ErrorDetails {
  Reason reason = Reason::kFieldInvalid;
  // The facts that decided, for machines: state, expected, etag, …
  std::map<std::string, std::string> facts;
  std::vector<FieldViolation> fields;
  std::vector<PreconditionViolation> preconditions;
  // Set where the same call may succeed later without a change.
  std::optional<absl::Duration> retry_after;
};

absl::Status MakeError(const ErrorDetails& details, std::string_view message);
absl::Status MakeError(Reason reason, std::string_view message,
                       std::map<std::string, std::string> facts = {});

// Nothing for an OK status and for one that did not come from MakeError.
std::optional<ErrorDetails> DetailsOf(const absl::Status& status);
bool HasReason(const absl::Status& status, Reason reason);

// Gathers every bad field of a request, so that a caller learns of all at once.
class FieldErrors {
 public:
  FieldErrors& Add(std::string field, std::string description);
  bool empty() const { return violations_.empty(); }
  // OK where nothing was added, else INVALID_ARGUMENT (FIELD_INVALID) naming every field.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldViolation> violations_;
};

}  // namespace keelson
