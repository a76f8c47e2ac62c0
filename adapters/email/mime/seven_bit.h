#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keelson {

// The text as it is, its lines ended by CRLF, where no transport would change it: ASCII without controls,
// lines of at most 998 octets (RFC 5322, 2.1.1), none of which begins with a dot or "From ", or with a
// boundary's dashes, or ends in white space (but a signature's mark). Nothing otherwise: then it must be
// encoded.
std::optional<std::string> SevenBit(std::string_view text);

}  // namespace keelson
