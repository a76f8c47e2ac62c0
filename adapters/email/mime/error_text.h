// What a server says, made fit to be kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// `text` as a single line of valid UTF-8 and at most 300 bytes.
std::string PlainLine(std::string_view text);

// The same, without `secrets` and without anything that looks like an address: fit to be stored and logged.
std::string Sanitized(std::string_view text, const std::vector<std::string_view>& secrets);

}  // namespace keelson
