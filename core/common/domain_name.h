// Converts internet domain names between ASCII (for DNS and SMTP) and Unicode (for display).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

// Returns the domain in lower-case ASCII, as DNS resolves it. All spellings of a domain have the same ASCII
// form. Only RFC 1123 applies to ASCII labels, so "r3---sn" is valid. IDNA2008 (libidn2, UTS 46,
// non-transitional) maps and checks labels that are not ASCII and checks labels that begin with "xn--".
// INVALID_ARGUMENT unless the result has at least two labels, at most 63 characters in a label and 253 in all
// (RFC 1035), and a last label that is not a number.
absl::StatusOr<std::string> AsciiDomain(std::string_view domain);

// Like AsciiDomain for the first characters of a domain, whose last label may be incomplete. Returns nullopt
// if IDNA rejects a label.
std::optional<std::string> AsciiDomainPrefix(std::string_view domain);

// Returns the Unicode form of a domain that AsciiDomain returned.
std::string UnicodeDomain(std::string_view ascii_domain);

}  // namespace keelson
