#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Returns the outcome of a message that fails a check before the provider is called: kConfig for
// FAILED_PRECONDITION, kNotExpressible for UNIMPLEMENTED, kMessageRejected for any other code.
SendOutcome Unsendable(const absl::Status& status);

// Prepends `subject`, such as the name of a key, to an error message that starts with a verb ("must …").
// Returns OK unchanged.
absl::Status WithSubject(std::string_view subject, const absl::Status& status);

}  // namespace keelson
