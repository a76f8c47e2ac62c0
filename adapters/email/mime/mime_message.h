#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Builds a complete RFC 5322 message: multipart/alternative with the text before the HTML, in UTF-8.
// Encoding: quoted-printable, or 7bit for ASCII text. Lines have at most 998 bytes and end with CRLF. The
// result is deterministic: Message-ID and boundary derive from the e-mail's id. Thread-safe; does not block.
//
// INVALID_ARGUMENT if an address is invalid, a header's value contains a control character, or a text is not
// UTF-8. The error message contains neither addresses nor texts.
absl::StatusOr<std::string> RenderMime(const Email& email);

}  // namespace keelson
