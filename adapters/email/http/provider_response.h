// A provider's HTTP response, and the rules that translate it into a SendOutcome.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "adapters/support/http/http_message.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// A provider's HTTP response. The constructor parses the body if it is JSON.
class ProviderResponse {
 public:
  explicit ProviderResponse(HttpResponse response);

  int status() const { return response_.status; }
  bool succeeded() const { return response_.status >= 200 && response_.status < 300; }
  // Whether the body is a JSON object or array. An error page of a proxy or a firewall is not JSON.
  bool is_json() const { return json_.is_structured(); }
  const nlohmann::json& json() const { return json_; }
  std::string_view body() const { return response_.body; }
  std::string_view header(std::string_view name) const { return response_.Header(name); }
  // Returns the string or integer member of the JSON object as text; empty if there is no such member.
  std::string Text(std::string_view member) const;

 private:
  HttpResponse response_;
  nlohmann::json json_;
};

// Maps a documented error of a provider to an outcome. A rule matches if all of its fields match.
struct ResponseRule {
  // HTTP status; 0: any.
  int status = 0;
  // The provider's error code; empty: any.
  std::string_view code;
  // Substring of the error text, case-insensitive; empty: any text.
  std::string_view text;
  SendOutcome::Kind kind = SendOutcome::Kind::kUnknown;
};

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

// Parses a Retry-After header: seconds or an HTTP date. The result is between zero and one day; nullopt if
// the value is invalid.
std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now);

// Retry delay after a rate limit whose response contains no delay.
inline constexpr absl::Duration kDefaultRetryAfter = absl::Seconds(1);

// Returns the time from `now` to `seconds` since the Unix epoch, with the bounds of ParseRetryAfter.
std::optional<absl::Duration> UntilUnixTime(std::string_view seconds, absl::Time now);

}  // namespace keelson
