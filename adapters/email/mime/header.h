#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/mime/mailbox.h"

namespace keelson {

// Header fields of RFC 5322 as they are sent, folded and ended by CRLF. What is not plain ASCII becomes
// encoded words (RFC 2047) of at most 75 characters in UTF-8, none of which splits a character.
//
// INVALID_ARGUMENT where the value is not UTF-8 or has a line break, a NUL or another control character.

// Free text, such as a subject.
absl::StatusOr<std::string> TextHeader(std::string_view name, std::string_view value);

// "From: …" and "To: …". An address is never encoded: its domain is written as IDNA has it, and a local part
// that is not ASCII as it is (RFC 6532).
absl::StatusOr<std::string> MailboxHeader(std::string_view name, const Mailbox& mailbox);

}  // namespace keelson
