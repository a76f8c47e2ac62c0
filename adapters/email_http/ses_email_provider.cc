#include "adapters/email_http/ses_email_provider.h"

#include "absl/strings/str_replace.h"
#include "adapters/email_mime/header.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr AnswerRule kRules[] = {
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
    {0, "NotFoundException", "", Kind::kConfig},
    {0, "BadRequestException", "", Kind::kMessageRejected},
    {0, "MessageRejected", "", Kind::kMessageRejected},
};

// The display name as encoded words: of a header it takes ASCII alone.
absl::StatusOr<std::string> FromAddress(const Mailbox& from) {
  absl::StatusOr<std::string> field = MailboxHeader("From", from);
  if (!field.ok()) return field.status();
  const std::string unfolded = absl::StrReplaceAll(*field, {{"\r\n", ""}});
  return unfolded.substr(std::string_view("From: ").size());
}

nlohmann::json Text(const std::string& text) {
  return {{"Data", text}, {"Charset", "UTF-8"}};
}

// "com.amazon.ses#Type:http://…" stands for "Type".
std::string ErrorType(const ProviderAnswer& answer) {
  std::string type(answer.header("x-amzn-errortype"));
  for (const std::string_view member : {"__type", "code", "Code"}) {
    if (type.empty()) type = answer.Text(member);
  }
  type = type.substr(0, type.find(':'));
  return type.substr(type.find('#') + 1);
}

SesOptions Complete(SesOptions options) {
  options.base_url = BaseUrl(options.base_url, StrCat("https://email.", options.region, ".amazonaws.com"));
  return options;
}

}  // namespace

SesEmailProvider::SesEmailProvider(SesOptions options) : options_(Complete(std::move(options))) {}

absl::StatusOr<HttpRequest> SesEmailProvider::SendRequest(const Email& email,
                                                          const Envelope& envelope) const {
  if (!IsAscii(envelope.to) || !IsAscii(envelope.from.address)) {
    return absl::InvalidArgumentError("SES takes no address with a local part beyond ASCII");
  }
  const absl::StatusOr<std::string> from = FromAddress(envelope.from);
  if (!from.ok()) return from.status();
  nlohmann::json parts = nlohmann::json::object();
  if (!email.content.text.empty()) parts["Text"] = Text(email.content.text);
  if (!email.content.html.empty()) parts["Html"] = Text(email.content.html);
  // The Message-ID is its own.
  const nlohmann::json simple = {
      {"Subject", Text(email.content.subject)},
      {"Body", parts},
      {"Headers", nlohmann::json::array({{{"Name", "Auto-Submitted"}, {"Value", "auto-generated"}}})}};
  nlohmann::json body = {
      {"FromEmailAddress", *from},
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

SendOutcome SesEmailProvider::Judge(const ProviderAnswer& answer) const {
  if (answer.succeeded()) {
    const std::string id = answer.Text("MessageId");
    return id.empty() ? Unreadable(answer) : Accepted(id);
  }
  std::string words = answer.Text("message");
  if (words.empty()) words = answer.Text("Message");
  SendOutcome outcome = Refusal(kRules, answer, ErrorType(answer), words);
  // Its rates are told by the error's type, under several statuses, and never with a wait.
  if (outcome.kind == Kind::kRetry && answer.header("retry-after").empty()) {
    outcome.retry_after = kUnnamedWait;
  }
  return outcome;
}

bool SesEmailProvider::IsGoodRefusal(const ProviderAnswer& answer) const {
  return answer.status() == 403 && ErrorType(answer) == "AccessDeniedException";
}

}  // namespace keelson
