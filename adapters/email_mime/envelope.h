#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "adapters/email_mime/mailbox.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// An e-mail's addresses as the providers' interfaces take them: domains in ASCII.
struct Envelope {
  Mailbox from;
  std::string to;
  // The Message-ID, with its angle brackets; the same for every attempt.
  std::string message_id;
};

// INVALID_ARGUMENT where an address can't be one, the subject has a line break or a NUL, or any text is not
// UTF-8; the message repeats none of them.
absl::StatusOr<Envelope> ReadEnvelope(const Email& email);

// "Name" <address>, the name in quotation marks and UTF-8; the address alone where there is no name.
std::string Quoted(const Mailbox& mailbox);

}  // namespace keelson
