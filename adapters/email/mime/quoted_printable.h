#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Encodes `text` as quoted-printable (RFC 2045, 6.7). Lines have at most 76 characters; each line, including
// the last, ends with CRLF. LF and CRLF in `text` are line breaks; a lone CR becomes "=0D". No line begins
// with a dot or with "From ", because some transports alter such lines.
std::string QuotedPrintable(std::string_view text);

}  // namespace keelson
