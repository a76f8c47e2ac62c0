// Translates a provider's HTTP response into a PaymentOutcome.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "adapters/support/http/http_message.h"
#include "adapters/support/http/provider_response.h"
#include "adapters/support/http/response_rule.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// Maps a documented error of a provider to an outcome.
using RefundRule = KindRule<PaymentOutcome::Kind>;

// Returns the outcome of an error response. `code` and `text` are the provider's error code and error text.
//
// The kind is the kind of the first matching rule. Without a matching rule, the kind follows from the HTTP
// status (RFC 9110): kConfig for a redirect and for a status about authorization, URL or method; kRetry for
// 429; kUnknown for 408, 409 and every 5xx, because the provider may have executed the request. Any other 4xx
// is kFailed with a code; without a code, the response comes from a proxy or a firewall, and is kUnreachable.
PaymentOutcome RefundError(std::span<const RefundRule> rules, const ProviderResponse& response,
                           std::string_view code, std::string_view text);
// Returns the outcome of a request without a response.
PaymentOutcome NoResponse(const HttpFailure& failure);

PaymentOutcome RefundSucceeded(std::string provider_reference);
// `code`: the provider's state, or the reason of the delay.
PaymentOutcome RefundPending(std::string provider_reference, std::string code);
PaymentOutcome RefundFailed(std::string code, std::string message);
PaymentOutcome RefundUnknown(std::string code, std::string message);
PaymentOutcome RefundNotFound();
// Returns kUnknown, the outcome of a 2xx response whose body does not have the documented form.
PaymentOutcome UnreadableRefund(const ProviderResponse& response);
// Returns kFailed, the outcome of an amount that the provider's API cannot express.
PaymentOutcome AmountNotRepresentable(std::string_view provider, const Money& amount);

}  // namespace keelson
