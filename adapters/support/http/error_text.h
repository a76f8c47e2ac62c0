// Makes a server's error text safe to store and to log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Returns `text` as one line of valid UTF-8, truncated to 300 bytes.
std::string PlainLine(std::string_view text);

// Like PlainLine; also replaces `secrets` with "[secret]", and each word that contains an "@" with
// "[address]".
std::string Sanitized(std::string_view text, const std::vector<std::string_view>& secrets);

}  // namespace keelson
