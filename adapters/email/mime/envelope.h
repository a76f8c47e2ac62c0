#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/mime/mailbox.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// The sender, recipient and Message-ID of an e-mail, as providers accept them: with domains in ASCII (IDNA).
struct Envelope {
  Mailbox from;
  std::string to;
  // The Message-ID with angle brackets, the same for every attempt.
  std::string message_id;
};

// Parses the sender, and converts its domain to ASCII. FAILED_PRECONDITION if `from` is invalid; the error
// message starts with a verb ("must …"). Both the configuration check and every attempt use this function.
absl::StatusOr<Mailbox> ReadSender(std::string_view from);

// FAILED_PRECONDITION if the sender is invalid. INVALID_ARGUMENT if the recipient's address is invalid, the
// subject contains a control character, or a text is not UTF-8. No error message contains an address or a
// text.
absl::StatusOr<Envelope> ReadEnvelope(const Email& email);

// Whether the address requires SMTPUTF8 (RFC 6531), because its local part is not ASCII: unlike a domain, a
// local part has no ASCII encoding.
bool NeedsUtf8(std::string_view address);

// Returns `"Name" <address>` in UTF-8, or the bare address if the mailbox has no name.
std::string Quoted(const Mailbox& mailbox);

}  // namespace keelson
