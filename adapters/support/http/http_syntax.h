#pragma once

#include <string_view>

namespace keelson {

// Whether HttpClient can ask `url`: http:// or https:// with a host, as libcurl reads it, and no user or
// password.
bool IsHttpUrl(std::string_view url);

// Whether a request's header can carry `value`: printable ASCII.
bool IsHeaderValue(std::string_view value);

}  // namespace keelson
