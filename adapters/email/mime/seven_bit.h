#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keelson {

// Returns the text with CRLF line ends if it can be sent without encoding (7bit); otherwise nullopt.
// Conditions: ASCII without control characters; lines of at most 998 bytes (RFC 5322, 2.1.1); no line begins
// with a dot, "From " or "--", or ends with white space, except for the signature separator "-- ".
std::optional<std::string> SevenBit(std::string_view text);

}  // namespace keelson
