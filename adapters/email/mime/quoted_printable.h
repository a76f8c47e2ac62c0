#pragma once

#include <string>
#include <string_view>

namespace keelson {

// `text` in quoted-printable (RFC 2045, 6.7): lines of at most 76 characters, ended by CRLF as is the last.
// Line feeds and CRLFs are the text's line breaks; a carriage return on its own is kept as "=0D". No line
// begins with a dot or with "From ", which some transports would alter.
std::string QuotedPrintable(std::string_view text);

}  // namespace keelson
