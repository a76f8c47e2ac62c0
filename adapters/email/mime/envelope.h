#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/mime/mailbox.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// An e-mail's addresses as the providers' interfaces take them: domains in ASCII.
struct Envelope {
  Mailbox from;
  std::string to;
  // The Message-ID, with its angle brackets; the same for every attempt.
  std::string message_id;
};

// Reads the sender of every message (ParseMailbox), its domain in ASCII. FAILED_PRECONDITION with the rule
// that `from` breaks, as a predicate ("must …"). The check of the configuration and each attempt judge by
// this function.
absl::StatusOr<Mailbox> ReadSender(std::string_view from);

// FAILED_PRECONDITION where the sender can't be one. INVALID_ARGUMENT where the recipient's address can't be
// one, the subject has a line break or a NUL, or any text is not UTF-8. No error repeats any of these.
absl::StatusOr<Envelope> ReadEnvelope(const Email& email);

// Whether the address needs SMTPUTF8 (RFC 6531): its domain is in ASCII here, and nothing can encode a local
// part that is not.
bool NeedsUtf8(std::string_view address);

// "Name" <address>, the name in quotation marks and UTF-8; the address alone where there is no name.
std::string Quoted(const Mailbox& mailbox);

}  // namespace keelson
