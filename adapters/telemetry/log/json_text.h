#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Appends `text` as a JSON string with quotation marks and escapes. Invalid UTF-8 becomes U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);

// Whether `text` is a JSON number.
bool IsJsonNumber(std::string_view text);

}  // namespace keelson
