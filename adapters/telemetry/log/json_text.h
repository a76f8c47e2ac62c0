#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Appends `text` as a JSON string, in quotation marks and escaped; what is not UTF-8 becomes U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);

// Whether `text` is a number as JSON writes it.
bool IsJsonNumber(std::string_view text);

}  // namespace keelson
