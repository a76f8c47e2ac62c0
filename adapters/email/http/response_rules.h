// The rules that translate a provider's HTTP response into a SendOutcome.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "adapters/support/http/provider_response.h"
#include "adapters/support/http/response_rule.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Maps a documented error of a provider to an outcome.
using ResponseRule = KindRule<SendOutcome::Kind>;

// Returns the first matching rule; null if no rule matches.
const ResponseRule* FindRule(std::span<const ResponseRule> rules, int status, std::string_view code,
                             std::string_view text);

// Returns the kind of the first matching rule. Without a matching rule, the kind follows from the HTTP status
// (RFC 9110): kConfig for a redirect and for a status about authorization, URL or method; kQuota for 402;
// kNotExpressible for 413; kRetry for 429; kUnreachable for 503. Any other 4xx is kRefused, because the
// status does not tell whether the configuration or the message is the cause. Any other status is kUnknown:
// the message may have been sent.
SendOutcome::Kind KindOf(std::span<const ResponseRule> rules, int status, std::string_view code,
                         std::string_view text);

// Returns the outcome of an error response; KindOf determines its kind. `code` and `text` are the provider's
// error code and error text.
SendOutcome ErrorOutcome(std::span<const ResponseRule> rules, const ProviderResponse& response,
                         std::string_view code, std::string_view text);
SendOutcome Accepted(std::string id);
// Returns kUnknown, the outcome of a 2xx response whose body does not have the documented form.
SendOutcome Unreadable(const ProviderResponse& response);

}  // namespace keelson
