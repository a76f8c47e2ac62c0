#include "adapters/email/http/ses_email_provider.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "adapters/email/mime/header.h"
#include "adapters/email/mime/unsendable.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr ResponseRule kRules[] = {
    {0, "TooManyRequestsException", "Daily message quota", Kind::kQuota},
    {0, "TooManyRequestsException", "", Kind::kRetry},
    {0, "ThrottlingException", "Daily message quota", Kind::kQuota},
    {0, "ThrottlingException", "", Kind::kRetry},
    {0, "Throttling", "Daily message quota", Kind::kQuota},
    {0, "Throttling", "", Kind::kRetry},
    {0, "LimitExceededException", "", Kind::kQuota},
    {0, "AccountSuspendedException", "", Kind::kConfig},
    {0, "SendingPausedException", "", Kind::kConfig},
    {0, "MailFromDomainNotVerifiedException", "", Kind::kConfig},
    // The configuration set does not exist.
    {0, "NotFoundException", "", Kind::kConfig},
    // AWS's common errors about credentials, which have various HTTP statuses.
    {0, "AccessDeniedException", "", Kind::kConfig},
    {0, "ExpiredTokenException", "", Kind::kConfig},
    {0, "IncompleteSignature", "", Kind::kConfig},
    {0, "InvalidClientTokenId", "", Kind::kConfig},
    {0, "InvalidSignatureException", "", Kind::kConfig},
    {0, "MissingAuthenticationToken", "", Kind::kConfig},
    {0, "NotAuthorized", "", Kind::kConfig},
    {0, "OptInRequired", "", Kind::kConfig},
    {0, "RequestExpired", "", Kind::kConfig},
    {0, "UnrecognizedClientException", "", Kind::kConfig},
    // The identity (address or domain) or the account is not permitted to send. In SES's sandbox, the
    // recipient must be verified, too.
    {0, "MessageRejected", "not verified", Kind::kConfig},
    {0, "MessageRejected", "paused", Kind::kConfig},
    {0, "MessageRejected", "suspended", Kind::kConfig},
    {0, "MessageRejected", "disabled", Kind::kConfig},
    {0, "MessageRejected", "blacklisted", Kind::kRecipientRejected},
    {0, "MessageRejected", "content", Kind::kMessageRejected},
    {0, "MessageRejected", "virus", Kind::kMessageRejected},
    {0, "BadRequestException", "configuration set", Kind::kConfig},
    {0, "BadRequestException", "message length is more than", Kind::kNotExpressible},
    // MessageRejected with any other text may concern the sender, the recipient or the account.
    {0, "MessageRejected", "", Kind::kRefused},
    {0, "BadRequestException", "", Kind::kRefused},
};

constexpr std::size_t kMaxConfigurationSet = 64;

bool ConsistsOf(std::string_view text, std::string_view punctuation,
                bool (*is_letter_or_digit)(unsigned char)) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(static_cast<unsigned char>(c)) || punctuation.find(c) != std::string_view::npos;
  });
}

bool IsLowerOrDigit(unsigned char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c);
}

// Returns the From header's value in ASCII. A non-ASCII display name becomes encoded words (RFC 2047),
// because SES rejects UTF-8 in the From header.
absl::StatusOr<std::string> FromAddress(const Mailbox& from) {
  ASSIGN_OR_RETURN(const std::string field, MailboxHeader("From", from));
  const std::string unfolded = absl::StrReplaceAll(field, {{"\r\n", ""}});
  return unfolded.substr(std::string_view("From: ").size());
}

nlohmann::json Text(const std::string& text) {
  return {{"Data", text}, {"Charset", "UTF-8"}};
}

// Extracts "Type" from "com.amazon.ses#Type:http://…".
std::string ErrorType(const ProviderResponse& response) {
  std::string type(response.header("x-amzn-errortype"));
  for (const std::string_view member : {"__type", "code", "Code"}) {
    if (type.empty()) type = response.Text(member);
  }
  type = type.substr(0, type.find(':'));
  return type.substr(type.find('#') + 1);
}

SesOptions Complete(SesOptions options) {
  options.base_url = BaseUrl(options.base_url, StrCat("https://email.", options.region, ".amazonaws.com"));
  return options;
}

struct SesSettings {
  std::string region;
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string configuration_set;
  std::string base_url;
};

std::vector<SettingKey> SesKeys() {
  return {{.name = "region",
           .member = RefTo(&SesSettings::region),
           .description = "AWS region, such as eu-central-1",
           .required = true,
           .check = &SesEmailProvider::CheckRegion},
          {.name = "access_key_id",
           .member = RefTo(&SesSettings::access_key_id),
           .description = "access key id of the AWS credentials",
           .required = true,
           .check = &CheckApiKey},
          {.name = "secret_access_key",
           .member = RefTo(&SesSettings::secret_access_key),
           .description = "secret access key of the AWS credentials",
           .required = true,
           .check = &CheckApiKey,
           .secret = true},
          {.name = "session_token",
           .member = RefTo(&SesSettings::session_token),
           .description = "session token of temporary AWS credentials; empty: long-term credentials",
           .check = &CheckApiKey,
           .secret = true},
          {.name = "configuration_set",
           .member = RefTo(&SesSettings::configuration_set),
           .description = "SES configuration set; empty: none",
           .check = &SesEmailProvider::CheckConfigurationSet},
          BaseUrlKey(RefTo(&SesSettings::base_url))};
}

absl::StatusOr<std::unique_ptr<EmailProvider>> Create(const SesSettings& settings, Log& /*log*/) {
  return std::make_unique<SesEmailProvider>(
      SesOptions{.region = settings.region,
                 .access_key_id = settings.access_key_id,
                 .secret_access_key = Secret(settings.secret_access_key),
                 .session_token = Secret(settings.session_token),
                 .configuration_set = settings.configuration_set,
                 .base_url = settings.base_url});
}

}  // namespace

SesEmailProvider::SesEmailProvider(SesOptions options) : options_(Complete(std::move(options))) {}

absl::Status SesEmailProvider::CheckRegion(std::string_view region) {
  // The region becomes a label of the host name in the URL.
  if (!region.empty() && ConsistsOf(region, "-", &IsLowerOrDigit)) return absl::OkStatus();
  return absl::FailedPreconditionError("must be an AWS region such as eu-central-1");
}

absl::Status SesEmailProvider::CheckConfigurationSet(std::string_view name) {
  if (name.size() <= kMaxConfigurationSet && ConsistsOf(name, "-_", &absl::ascii_isalnum)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      StrCat("must have at most ", kMaxConfigurationSet, " letters, digits, hyphens and underscores"));
}

absl::Status SesEmailProvider::CheckSettings(const Mailbox& /*from*/) const {
  RETURN_IF_ERROR(WithSubject("email.ses.region", CheckRegion(options_.region)));
  return WithSubject("email.ses.configuration_set", CheckConfigurationSet(options_.configuration_set));
}

absl::StatusOr<HttpRequest> SesEmailProvider::SendRequest(const Email& email,
                                                          const Envelope& envelope) const {
  ASSIGN_OR_RETURN(const std::string from, FromAddress(envelope.from));
  nlohmann::json parts = nlohmann::json::object();
  if (!email.content.text.empty()) parts["Text"] = Text(email.content.text);
  if (!email.content.html.empty()) parts["Html"] = Text(email.content.html);
  // The request has no Message-ID, because SES sets its own.
  const nlohmann::json simple = {
      {"Subject", Text(email.content.subject)},
      {"Body", parts},
      {"Headers", nlohmann::json::array({{{"Name", "Auto-Submitted"}, {"Value", "auto-generated"}}})}};
  nlohmann::json body = {
      {"FromEmailAddress", from},
      {"Destination", {{"ToAddresses", nlohmann::json::array({envelope.to})}}},
      {"Content", {{"Simple", simple}}},
      {"EmailTags",
       nlohmann::json::array({{{"Name", "keelson_message_id"}, {"Value", email.id.ToString()}}})}};
  if (!options_.configuration_set.empty()) body["ConfigurationSetName"] = options_.configuration_set;
  return Signed(JsonPost(StrCat(options_.base_url, "/v2/email/outbound-emails"), {}, body));
}

HttpRequest SesEmailProvider::ProbeRequest() const {
  return Signed(JsonGet(StrCat(options_.base_url, "/v2/email/account"), {}));
}

HttpRequest SesEmailProvider::Signed(HttpRequest request) const {
  if (!options_.session_token.empty()) {
    request.headers.push_back({"X-Amz-Security-Token", std::string(options_.session_token.Reveal())});
  }
  request.aws_signature = AwsSignature{.region = options_.region,
                                       .service = "ses",
                                       .access_key_id = options_.access_key_id,
                                       .secret_access_key = std::string(options_.secret_access_key.Reveal())};
  return request;
}

SendOutcome SesEmailProvider::OutcomeOf(const ProviderResponse& response) const {
  if (response.succeeded()) {
    const std::string id = response.Text("MessageId");
    return id.empty() ? Unreadable(response) : Accepted(id);
  }
  std::string text = response.Text("message");
  if (text.empty()) text = response.Text("Message");
  SendOutcome outcome = ErrorOutcome(kRules, response, ErrorType(response), text);
  // SES reports rate limits by the error's type, with different statuses and without a retry delay.
  if (outcome.kind == Kind::kRetry && response.header("retry-after").empty()) {
    outcome.retry_after = kDefaultRetryAfter;
  }
  return outcome;
}

bool SesEmailProvider::IsGoodRefusal(const ProviderResponse& response) const {
  return response.status() == 403 && ErrorType(response) == "AccessDeniedException";
}

EmailProviderDescriptor DescribeSes() {
  return {.section = {.name = "ses", .defaults = SesSettings(), .keys = SesKeys()},
          .sender_checks = {&CheckHttpSender},
          .create = WithSettings(&Create)};
}

}  // namespace keelson
