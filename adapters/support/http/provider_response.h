#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "adapters/support/http/http_message.h"

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

// Returns the string or integer member of a JSON object as text; empty if `object` is no object, or has no
// such member.
std::string TextMember(const nlohmann::json& object, std::string_view name);
// Returns the member of a JSON object; null if `object` is no object, or has no such member.
nlohmann::json Member(const nlohmann::json& object, std::string_view name);

// Parses a Retry-After header: seconds or an HTTP date. The result is between zero and one day; nullopt if
// the value is invalid.
std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now);

// Retry delay after a rate limit whose response contains no delay.
inline constexpr absl::Duration kDefaultRetryAfter = absl::Seconds(1);

// Returns the time from `now` to `seconds` since the Unix epoch, with the bounds of ParseRetryAfter.
std::optional<absl::Duration> UntilUnixTime(std::string_view seconds, absl::Time now);

}  // namespace keelson
