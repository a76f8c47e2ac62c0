#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/smtp/smtp_options.h"

namespace keelson {

// FAILED_PRECONDITION unless libcurl accepts `host`: a host name, or an IP address (IPv6 with or without
// brackets). The error message starts with a verb ("must …").
absl::Status CheckSmtpHost(std::string_view host);

// Returns the URL that libcurl connects to; its path is the name for EHLO. FAILED_PRECONDITION, with the
// option's name, if an option can't be part of a URL.
absl::StatusOr<std::string> SmtpUrl(const SmtpOptions& options);

}  // namespace keelson
