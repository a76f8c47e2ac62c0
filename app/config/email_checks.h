#pragma once

#include <vector>

#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "app/config/checks.h"

namespace keelson {

// The checks of the section [email]. They reject every value with which a selected provider could not send,
// by the same functions that check each message. The providers' own keys are checked by their descriptors.
std::vector<ConfigCheck> EmailChecks(const std::vector<EmailProviderDescriptor>& providers);
// The checks of [email.dispatch] and [email.circuit].
std::vector<ConfigCheck> EmailSendingChecks();

}  // namespace keelson
