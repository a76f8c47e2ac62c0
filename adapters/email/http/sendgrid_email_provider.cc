#include "adapters/email/http/sendgrid_email_provider.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.sendgrid.com";
// The code is the field that an error names. A 403 is documented as a block that may be lifted, and says that
// the sender is not verified: both are for the operator.
constexpr AnswerRule kRules[] = {
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
  // The text first, and no part that is empty: it refuses either.
  if (!content.text.empty()) parts.push_back({{"type", "text/plain"}, {"value", content.text}});
  if (!content.html.empty()) parts.push_back({{"type", "text/html"}, {"value", content.html}});
  return parts;
}

nlohmann::json From(const Mailbox& mailbox) {
  nlohmann::json from = {{"email", mailbox.address}};
  if (!mailbox.display_name.empty()) from["name"] = mailbox.display_name;
  return from;
}

std::string Member(const nlohmann::json& error, std::string_view name) {
  if (!error.is_object()) return "";
  const auto found = error.find(name);
  return found != error.end() && found->is_string() ? found->get<std::string>() : "";
}

// An answer may list several errors: the first that a rule is about, else the first.
nlohmann::json DecisiveError(const ProviderAnswer& answer) {
  if (!answer.json().is_object()) return {};
  const nlohmann::json errors = answer.json().value("errors", nlohmann::json());
  if (!errors.is_array() || errors.empty()) return {};
  const auto found = std::find_if(errors.begin(), errors.end(), [&answer](const nlohmann::json& error) {
    return FindRule(kRules, answer.status(), Member(error, "field"), Member(error, "message")) != nullptr;
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

SendOutcome SendGridEmailProvider::Judge(const ProviderAnswer& answer) const {
  // 202, or 200 in its sandbox; neither has a body.
  if (answer.succeeded() && (answer.body().empty() || answer.is_json())) {
    return Accepted(std::string(answer.header("x-message-id")));
  }
  if (answer.succeeded()) return Unreadable(answer);
  const nlohmann::json error = DecisiveError(answer);
  SendOutcome outcome = Refusal(kRules, answer, Member(error, "field"), Member(error, "message"));
  if (outcome.kind == Kind::kRetry && answer.header("retry-after").empty()) {
    outcome.retry_after = UntilUnixTime(answer.header("x-ratelimit-reset"), absl::Now());
  }
  return outcome;
}

EmailProviderDescriptor DescribeSendGrid() {
  return DescribeApiProvider<SendGridEmailProvider>("sendgrid");
}

}  // namespace keelson
