// The name by which a client introduces itself to an SMTP server, in EHLO (RFC 5321, 4.1.1.1).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// OK for a fully qualified host name, and for an address literal such as [192.0.2.1] or [IPv6:2001:db8::1]
// (RFC 5321, 4.1.3); else FAILED_PRECONDITION with the rule, as a predicate.
absl::Status CheckHelo(std::string_view name);

// The name for connections to `server`: this machine's fully qualified host name, or else the literal of the
// address that it sends from (RFC 5321, 4.1.4). Asks no DNS and sends nothing.
std::string DefaultHelo(const std::string& server);

// The fully qualified form of `host_name`: itself, or else the canonical name that a line of `hosts`, the
// content of a file such as /etc/hosts, gives it. Empty where there is none.
std::string QualifiedName(const std::string& host_name, std::string_view hosts);

}  // namespace keelson
