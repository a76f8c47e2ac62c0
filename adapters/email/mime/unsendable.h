#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// The outcome for a message that can't be handed to a provider, before the provider is asked:
// FAILED_PRECONDITION blames the configuration (kConfig), UNIMPLEMENTED the provider (kNotExpressible), any
// other code the message (kMessageRejected).
SendOutcome Unsendable(const absl::Status& status);

// An error whose message is a predicate, with its subject before it; OK where `status` is.
absl::Status WithSubject(std::string_view subject, const absl::Status& status);

}  // namespace keelson
