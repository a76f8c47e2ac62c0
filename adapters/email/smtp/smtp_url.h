#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/email/smtp/smtp_options.h"

namespace keelson {

// OK for a host's name or address, IPv6 in brackets or without, as libcurl takes it; else FAILED_PRECONDITION
// with the rule, as a predicate.
absl::Status CheckSmtpHost(std::string_view host);

// The URL that libcurl connects to; its path is the name for EHLO. FAILED_PRECONDITION naming the option that
// can't be part of it.
absl::StatusOr<std::string> SmtpUrl(const SmtpOptions& options);

}  // namespace keelson
