#pragma once

#include <string_view>

namespace keelson {

// Whether `name` is a fully qualified host name in ASCII (RFC 1123, 2.1): two labels or more of letters,
// digits and inner hyphens, the last not of digits alone; no dot at the end.
bool IsQualifiedHostName(std::string_view name);

// Whether only this machine can reach `host`: localhost, 127.0.0.0/8 (RFC 1122, 3.2.1.3) or ::1, in brackets
// or without. Asks no DNS.
bool IsLoopbackHost(std::string_view host);

}  // namespace keelson
