#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// One complete RFC 5322 message: multipart/alternative, the text before the HTML, UTF-8 in quoted-printable
// (an ASCII text as it is), lines of at most 998 octets ended by CRLF. The same e-mail gives the same bytes:
// Message-ID and boundary follow from its id. Thread-safe; does not block.
//
// INVALID_ARGUMENT where an address can't be one, a header's value has a line break or a NUL, or any text is
// not UTF-8; the message repeats none of them.
absl::StatusOr<std::string> RenderMime(const Email& email);

}  // namespace keelson
