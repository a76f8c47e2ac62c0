#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/mime/mailbox.h"

namespace keelson {

// Header fields (RFC 5322), folded and terminated by CRLF. Non-ASCII values become encoded words (RFC 2047)
// in UTF-8 of at most 75 characters; no encoded word splits a character.
//
// INVALID_ARGUMENT if the value is not UTF-8 or contains a control character, such as a line break.

// A header with free text, such as Subject.
absl::StatusOr<std::string> TextHeader(std::string_view name, std::string_view value);

// A header with an address, such as From or To. The domain is written in its IDNA (ASCII) form; a non-ASCII
// local part is written as UTF-8 (RFC 6532).
absl::StatusOr<std::string> MailboxHeader(std::string_view name, const Mailbox& mailbox);

}  // namespace keelson
