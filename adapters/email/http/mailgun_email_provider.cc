#include "adapters/email/http/mailgun_email_provider.h"

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "core/common/host_name.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.mailgun.net";
constexpr ResponseRule kRules[] = {
    // The response of Mailgun's host to an unknown path: base_url is wrong.
    {0, "", "Mailgun Magnificent API", Kind::kConfig},
    // The limit of the domain: "Domain … is not allowed to send: recipient limit exceeded, try again after
    // …".
    {420, "", "", Kind::kQuota},
    {0, "", "recipient limit exceeded", Kind::kQuota},
    {0, "", "limit exceeded", Kind::kRetry},
    // The domain is not verified, the account is not activated, or the domain is a sandbox that does not
    // permit this recipient.
    {0, "", "is not allowed to send", Kind::kConfig},
    {400, "", "from parameter", Kind::kConfig},
    {400, "", "to parameter", Kind::kRecipientRejected},
    {400, "", "'text' or 'html'", Kind::kMessageRejected},
    // Mailgun documents 402 as: the parameters were valid, but the request failed.
    {402, "", "", Kind::kRefused},
};

// Returns the delay until the time in "… limit exceeded, try again after Mon, 20 Dec 2021 20:33:21 UTC";
// nullopt if the text contains no time.
std::optional<absl::Duration> RetryDelayIn(std::string_view text) {
  constexpr std::string_view kMark = "try again after ";
  const std::size_t mark = text.find(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view time = text.substr(mark + kMark.size());
  time = time.substr(0, time.rfind(" UTC"));
  return ParseRetryAfter(StrCat(time, " GMT"), absl::Now());
}

struct MailgunSettings : ApiSettings {
  std::string domain;
};

absl::StatusOr<std::unique_ptr<EmailProvider>> Create(const MailgunSettings& settings, Log& /*log*/) {
  return std::make_unique<MailgunEmailProvider>(ApiAccessOf(settings), settings.domain);
}

}  // namespace

MailgunEmailProvider::MailgunEmailProvider(ApiAccess access, std::string domain)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)),
      domain_(std::move(domain)),
      basic_(absl::Base64Escape(StrCat("api:", access_.key.Reveal()))) {}

absl::Status MailgunEmailProvider::CheckDomain(std::string_view domain) {
  // Mailgun supports only ASCII sending domains.
  if (IsQualifiedHostName(domain)) return absl::OkStatus();
  return absl::FailedPreconditionError("must be an ASCII domain name such as mg.example.com");
}

absl::StatusOr<HttpRequest> MailgunEmailProvider::SendRequest(const Email& email,
                                                              const Envelope& envelope) const {
  HttpRequest request = ProbeRequest();
  request.method = "POST";
  request.url = StrCat(access_.base_url, "/v3/", PercentEncoded(domain_), "/messages");
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = Form({{"from", Quoted(envelope.from)},
                       {"to", envelope.to},
                       {"subject", email.content.subject},
                       {"text", email.content.text},
                       {"html", email.content.html},
                       {"h:Message-Id", envelope.message_id},
                       {"h:Auto-Submitted", "auto-generated"},
                       {"v:keelson_message_id", email.id.ToString()}});
  return request;
}

HttpRequest MailgunEmailProvider::ProbeRequest() const {
  return JsonGet(StrCat(access_.base_url, "/v3/domains/", PercentEncoded(domain_)),
                 {{"Authorization", StrCat("Basic ", basic_)}});
}

SendOutcome MailgunEmailProvider::OutcomeOf(const ProviderResponse& response) const {
  const std::string text = response.is_json() ? response.Text("message") : std::string(response.body());
  const std::string id = response.Text("id");
  if (response.succeeded() && !id.empty()) return Accepted(id);
  const bool wrong_url = text.find("Mailgun Magnificent API") != std::string::npos;
  if (response.succeeded() && !wrong_url) return Unreadable(response);
  SendOutcome outcome = ErrorOutcome(kRules, response, "", text);
  if (!response.header("retry-after").empty()) return outcome;
  if (outcome.kind == Kind::kRetry || outcome.kind == Kind::kQuota) outcome.retry_after = RetryDelayIn(text);
  if (outcome.kind == Kind::kRetry && !outcome.retry_after) outcome.retry_after = kDefaultRetryAfter;
  return outcome;
}

EmailProviderDescriptor DescribeMailgun() {
  std::vector<SettingKey> keys = ApiKeys<MailgunSettings>();
  keys.push_back({.name = "domain",
                  .member = RefTo(&MailgunSettings::domain),
                  .description = "Mailgun's sending domain, such as mg.example.com",
                  .required = true,
                  .check = &MailgunEmailProvider::CheckDomain});
  return {.section = {.name = "mailgun", .defaults = MailgunSettings(), .keys = std::move(keys)},
          .sender_checks = {&CheckHttpSender},
          .create = WithSettings(&Create)};
}

}  // namespace keelson
