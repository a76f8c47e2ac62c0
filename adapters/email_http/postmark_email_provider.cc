#include "adapters/email_http/postmark_email_provider.h"

#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.postmarkapp.com";
constexpr AnswerRule kRules[] = {
    {503, "", "", Kind::kUnreachable},
    {429, "", "", Kind::kRetry},
    {500, "", "", Kind::kUnknown},
    {0, "10", "", Kind::kConfig},
    {0, "400", "", Kind::kConfig},
    {0, "401", "", Kind::kConfig},
    {0, "405", "", Kind::kConfig},
    {0, "412", "", Kind::kConfig},
    {0, "413", "", Kind::kConfig},
    {0, "100", "", Kind::kUnreachable},
    {0, "406", "", Kind::kRecipientRejected},
    {0, "300", "'To'", Kind::kRecipientRejected},
    {0, "300", "'Cc'", Kind::kRecipientRejected},
    {0, "300", "'Bcc'", Kind::kRecipientRejected},
};

HttpHeader Token(const Secret& key) {
  return {"X-Postmark-Server-Token", std::string(key.Reveal())};
}

}  // namespace

PostmarkEmailProvider::PostmarkEmailProvider(ApiAccess access, std::string message_stream)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)), message_stream_(std::move(message_stream)) {}

absl::StatusOr<HttpRequest> PostmarkEmailProvider::SendRequest(const Email& email,
                                                               const Envelope& envelope) const {
  nlohmann::json body = {
      {"From", Quoted(envelope.from)},
      {"To", envelope.to},
      {"Subject", email.content.subject},
      {"Headers", nlohmann::json::array({{{"Name", "Message-ID"}, {"Value", envelope.message_id}},
                                         {{"Name", "Auto-Submitted"}, {"Value", "auto-generated"}}})},
      {"Metadata", {{"keelson_message_id", email.id.ToString()}}}};
  if (!email.content.text.empty()) body["TextBody"] = email.content.text;
  if (!email.content.html.empty()) body["HtmlBody"] = email.content.html;
  if (!message_stream_.empty()) body["MessageStream"] = message_stream_;
  return JsonPost(StrCat(access_.base_url, "/email"), {Token(access_.key)}, body);
}

HttpRequest PostmarkEmailProvider::ProbeRequest() const {
  return JsonGet(StrCat(access_.base_url, "/server"), {Token(access_.key)});
}

SendOutcome PostmarkEmailProvider::Judge(const ProviderAnswer& answer) const {
  const std::string code = answer.Text("ErrorCode");
  const std::string words = answer.Text("Message");
  if (!answer.succeeded()) return Refusal(kRules, answer, code, words);
  if (!answer.is_json()) return Unreadable(answer);
  // A success may still carry an error; and name the recipient as one that it will not deliver to.
  const bool inactive = words.find("inactive address") != std::string::npos;
  if (inactive || (!code.empty() && code != "0")) {
    SendOutcome outcome = Refusal(kRules, answer, code, words);
    if (inactive) outcome.kind = Kind::kRecipientRejected;
    return outcome;
  }
  const std::string id = answer.Text("MessageID");
  return id.empty() ? Unreadable(answer) : Accepted(id);
}

}  // namespace keelson
