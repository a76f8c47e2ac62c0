#pragma once

#include <string_view>

namespace keelson {

// Whether HttpClient accepts `url`: http:// or https://, a host, and no user or password, as libcurl parses
// it.
bool IsHttpUrl(std::string_view url);

// Whether `value` is valid as a header value: printable ASCII.
bool IsHeaderValue(std::string_view value);

}  // namespace keelson
