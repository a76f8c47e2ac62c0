// The client's name in the SMTP command EHLO (RFC 5321, 4.1.1.1).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// FAILED_PRECONDITION unless `name` is a fully qualified host name or an address literal such as [192.0.2.1]
// or [IPv6:2001:db8::1] (RFC 5321, 4.1.3). The error message starts with a verb ("must …").
absl::Status CheckHelo(std::string_view name);

// Returns the EHLO name for connections to `server`: this machine's fully qualified host name, or else the
// literal of its source address (RFC 5321, 4.1.4). Performs no DNS lookup and sends no packet.
std::string DefaultHelo(const std::string& server);

// Returns the fully qualified form of `host_name`: `host_name` itself if it is qualified, or else its
// canonical name in `hosts` (the content of /etc/hosts). Empty if there is none.
std::string QualifiedName(const std::string& host_name, std::string_view hosts);

}  // namespace keelson
