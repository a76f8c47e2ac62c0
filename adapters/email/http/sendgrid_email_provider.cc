#include "adapters/email/http/sendgrid_email_provider.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.sendgrid.com";
// The `code` of a rule is the name of the field in the error. SendGrid documents 403 as a temporary block,
// and also returns 403 for an unverified sender. Both require an action by the operator.
constexpr ResponseRule kRules[] = {
    {401, "", "Maximum credits exceeded", Kind::kQuota},
    {400, "personalizations.0.to.0.email", "", Kind::kRecipientRejected},
    {400, "from", "", Kind::kConfig},
    {400, "from.email", "", Kind::kConfig},
    {400, "from.name", "", Kind::kConfig},
    {400, "subject", "", Kind::kMessageRejected},
    {400, "content", "", Kind::kMessageRejected},
    {400, "content.0.value", "", Kind::kMessageRejected},
    {400, "content.1.value", "", Kind::kMessageRejected},
};

nlohmann::json Content(const RenderedMessage& content) {
  nlohmann::json parts = nlohmann::json::array();
  // SendGrid rejects an empty part, and requires text/plain before text/html.
  if (!content.text.empty()) parts.push_back({{"type", "text/plain"}, {"value", content.text}});
  if (!content.html.empty()) parts.push_back({{"type", "text/html"}, {"value", content.html}});
  return parts;
}

nlohmann::json From(const Mailbox& mailbox) {
  nlohmann::json from = {{"email", mailbox.address}};
  if (!mailbox.display_name.empty()) from["name"] = mailbox.display_name;
  return from;
}

// A response may list several errors. Returns the first error that matches a rule, or else the first error.
nlohmann::json DecisiveError(const ProviderResponse& response) {
  if (!response.json().is_object()) return {};
  const nlohmann::json errors = response.json().value("errors", nlohmann::json());
  if (!errors.is_array() || errors.empty()) return {};
  const auto found = std::find_if(errors.begin(), errors.end(), [&response](const nlohmann::json& error) {
    return FindRule(kRules, response.status(), TextMember(error, "field"), TextMember(error, "message")) !=
           nullptr;
  });
  return found == errors.end() ? errors[0] : *found;
}

}  // namespace

SendGridEmailProvider::SendGridEmailProvider(ApiAccess access)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)) {}

absl::StatusOr<HttpRequest> SendGridEmailProvider::SendRequest(const Email& email,
                                                               const Envelope& envelope) const {
  const nlohmann::json recipient = {{"to", nlohmann::json::array({{{"email", envelope.to}}})},
                                    {"custom_args", {{"keelson_message_id", email.id.ToString()}}}};
  const nlohmann::json body = {
      {"personalizations", nlohmann::json::array({recipient})},
      {"from", From(envelope.from)},
      {"subject", email.content.subject},
      {"content", Content(email.content)},
      {"headers", {{"Message-ID", envelope.message_id}, {"Auto-Submitted", "auto-generated"}}}};
  return JsonPost(StrCat(access_.base_url, "/v3/mail/send"), {Bearer(access_.key)}, body);
}

HttpRequest SendGridEmailProvider::ProbeRequest() const {
  return JsonGet(StrCat(access_.base_url, "/v3/scopes"), {Bearer(access_.key)});
}

SendOutcome SendGridEmailProvider::OutcomeOf(const ProviderResponse& response) const {
  // SendGrid accepts a message with 202, or with 200 in its sandbox mode. Neither response has a body.
  if (response.succeeded() && (response.body().empty() || response.is_json())) {
    return Accepted(std::string(response.header("x-message-id")));
  }
  if (response.succeeded()) return Unreadable(response);
  const nlohmann::json error = DecisiveError(response);
  SendOutcome outcome =
      ErrorOutcome(kRules, response, TextMember(error, "field"), TextMember(error, "message"));
  if (outcome.kind == Kind::kRetry && response.header("retry-after").empty()) {
    outcome.retry_after = UntilUnixTime(response.header("x-ratelimit-reset"), absl::Now());
  }
  return outcome;
}

EmailProviderDescriptor DescribeSendGrid() {
  return DescribeApiProvider<SendGridEmailProvider>("sendgrid");
}

}  // namespace keelson
