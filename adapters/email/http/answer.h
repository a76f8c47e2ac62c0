// A provider's answer over HTTP, and the tables that translate it.
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

// An answer whose body was read as JSON, where it is that.
class ProviderAnswer {
 public:
  explicit ProviderAnswer(HttpAnswer answer);

  int status() const { return answer_.status; }
  bool succeeded() const { return answer_.status >= 200 && answer_.status < 300; }
  // An object or a list: no page of a firewall or a proxy.
  bool is_json() const { return json_.is_structured(); }
  const nlohmann::json& json() const { return json_; }
  std::string_view body() const { return answer_.body; }
  std::string_view header(std::string_view name) const { return answer_.Header(name); }
  // The object's member as text, a number in its digits; empty where it is not there.
  std::string Text(std::string_view member) const;

 private:
  HttpAnswer answer_;
  nlohmann::json json_;
};

// One line of a provider's table of errors.
struct AnswerRule {
  // 0: any.
  int status = 0;
  // The provider's code for the error; empty: any.
  std::string_view code;
  // What its words contain, in any case; empty: anything.
  std::string_view words;
  SendOutcome::Kind kind = SendOutcome::Kind::kUnknown;
};

// The first rule that matches; null where none does.
const AnswerRule* FindRule(std::span<const AnswerRule> rules, int status, std::string_view code,
                           std::string_view words);

// The kind of the first rule that matches; without one, the kind by the HTTP status (RFC 9110). The operator
// must act after a redirect, and after a status about authorization, the URL or the method. 402 is a quota,
// 413 a size limit, 429 a rate limit, 503 trouble of the provider. Any other 4xx is kRefused: the status does
// not tell the configuration from the message. After every other status the message may have been sent.
SendOutcome::Kind KindOf(std::span<const AnswerRule> rules, int status, std::string_view code,
                         std::string_view words);

// The outcome of an answer that is no success, by KindOf.
SendOutcome Refusal(std::span<const AnswerRule> rules, const ProviderAnswer& answer, std::string_view code,
                    std::string_view words);
SendOutcome Accepted(std::string id);
// A success by its status that does not say what it should.
SendOutcome Unreadable(const ProviderAnswer& answer);

// Retry-After as seconds or as an HTTP date; never negative, a day at most.
std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now);

// The wait for a rate whose answer names none.
inline constexpr absl::Duration kUnnamedWait = absl::Seconds(1);

// From `now` to a time in seconds since the Unix epoch, under the same bounds.
std::optional<absl::Duration> UntilUnixTime(std::string_view seconds, absl::Time now);

}  // namespace keelson
