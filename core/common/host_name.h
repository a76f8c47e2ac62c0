#pragma once

#include <string_view>

namespace keelson {

// Whether `name` is a fully qualified host name in ASCII (RFC 1123, 2.1): at least two labels of letters,
// digits and inner hyphens, a last label that is not a number, and no trailing dot.
bool IsQualifiedHostName(std::string_view name);

// Whether `host` is a loopback host: localhost, 127.0.0.0/8 (RFC 1122, 3.2.1.3), ::1 or [::1]. Makes no DNS
// query.
bool IsLoopbackHost(std::string_view host);

}  // namespace keelson
