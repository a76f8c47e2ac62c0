#pragma once

#include <string_view>

namespace keelson {

// Whether HttpClient accepts `url`: an http:// or https:// URL that libcurl parses, with a host and without
// user or password.
bool IsHttpUrl(std::string_view url);

// Whether `value` is valid as a header value: printable ASCII.
bool IsHeaderValue(std::string_view value);

}  // namespace keelson
