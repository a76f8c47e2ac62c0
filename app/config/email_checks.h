#pragma once

#include <vector>

#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "app/config/checks.h"

namespace keelson {

// Returns the checks of the section [email]. The checks call the functions that validate each message before
// it is sent, so that startup rejects a value that would make every message of a selected provider fail. The
// keys of the providers' own sections are checked by the providers' descriptors.
std::vector<ConfigCheck> EmailChecks(const std::vector<EmailProviderDescriptor>& providers);
// Returns the checks of the sections [email.dispatch] and [email.circuit].
std::vector<ConfigCheck> EmailSendingChecks();

}  // namespace keelson
