#include "adapters/email/mime/unsendable.h"

#include <string>

#include "core/common/strings.h"

namespace keelson {

SendOutcome Unsendable(const absl::Status& status) {
  SendOutcome outcome;
  outcome.kind = SendOutcome::Kind::kMessageRejected;
  if (absl::IsFailedPrecondition(status)) outcome.kind = SendOutcome::Kind::kConfig;
  if (absl::IsUnimplemented(status)) outcome.kind = SendOutcome::Kind::kNotExpressible;
  outcome.error = std::string(status.message());
  return outcome;
}

absl::Status WithSubject(std::string_view subject, const absl::Status& status) {
  return status.ok() ? status : absl::Status(status.code(), StrCat(subject, " ", status.message()));
}

}  // namespace keelson
