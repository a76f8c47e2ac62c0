#include "adapters/email/http/postmark_email_provider.h"

#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.postmarkapp.com";
constexpr ResponseRule kRules[] = {
    {503, "", "", Kind::kUnreachable},
    {429, "", "", Kind::kRetry},
    {500, "", "", Kind::kUnknown},
    {0, "10", "", Kind::kConfig},
    // The sender signature is unknown or not confirmed.
    {0, "400", "", Kind::kConfig},
    {0, "401", "", Kind::kConfig},
    // The account has run out of credits.
    {0, "405", "", Kind::kQuota},
    // The account is not approved yet, or is not permitted to send.
    {0, "412", "", Kind::kConfig},
    {0, "413", "", Kind::kConfig},
    // The message stream does not exist or does not accept messages.
    {0, "1226", "", Kind::kConfig},
    {0, "1235", "", Kind::kConfig},
    {0, "100", "", Kind::kUnreachable},
    {0, "406", "", Kind::kRecipientRejected},
    {0, "411", "", Kind::kMessageRejected},
    // Validation failed; the error text names the field.
    {0, "300", "'From'", Kind::kConfig},
    {0, "300", "'MessageStream'", Kind::kConfig},
    {0, "300", "'To'", Kind::kRecipientRejected},
    {0, "300", "'Cc'", Kind::kRecipientRejected},
    {0, "300", "'Bcc'", Kind::kRecipientRejected},
    {0, "300", "'Subject'", Kind::kMessageRejected},
    {0, "300", "TextBody", Kind::kMessageRejected},
    {0, "300", "HtmlBody", Kind::kMessageRejected},
};

// Maximum length of the From header. Postmark counts UTF-16 code units.
constexpr std::size_t kMaxFrom = 255;

std::size_t Utf16Units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // A character of 4 UTF-8 bytes has 2 UTF-16 units; continuation bytes are not counted.
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

HttpHeader Token(const Secret& key) {
  return {"X-Postmark-Server-Token", std::string(key.Reveal())};
}

struct PostmarkSettings : ApiSettings {
  std::string message_stream;
};

absl::StatusOr<std::unique_ptr<EmailProvider>> Create(const PostmarkSettings& settings, Log& /*log*/) {
  return std::make_unique<PostmarkEmailProvider>(ApiAccessOf(settings), settings.message_stream);
}

}  // namespace

PostmarkEmailProvider::PostmarkEmailProvider(ApiAccess access, std::string message_stream)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)), message_stream_(std::move(message_stream)) {}

absl::Status PostmarkEmailProvider::CheckSender(const Mailbox& from) {
  if (Utf16Units(Quoted(from)) <= kMaxFrom) return absl::OkStatus();
  return absl::FailedPreconditionError(StrCat("must have at most ", kMaxFrom, " characters for postmark"));
}

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

SendOutcome PostmarkEmailProvider::OutcomeOf(const ProviderResponse& response) const {
  const std::string code = response.Text("ErrorCode");
  const std::string text = response.Text("Message");
  if (!response.succeeded()) return ErrorOutcome(kRules, response, code, text);
  if (!response.is_json()) return Unreadable(response);
  // A 2xx response may still contain an error code, or report that the recipient's address is inactive.
  const bool inactive = text.find("inactive address") != std::string::npos;
  if (inactive || (!code.empty() && code != "0")) {
    SendOutcome outcome = ErrorOutcome(kRules, response, code, text);
    if (inactive) outcome.kind = Kind::kRecipientRejected;
    return outcome;
  }
  const std::string id = response.Text("MessageID");
  return id.empty() ? Unreadable(response) : Accepted(id);
}

EmailProviderDescriptor DescribePostmark() {
  std::vector<SettingKey> keys = ApiKeys<PostmarkSettings>();
  keys.push_back({.name = "message_stream",
                  .member = RefTo(&PostmarkSettings::message_stream),
                  .description = "Postmark's message stream; empty: the server's default stream"});
  return {.section = {.name = "postmark", .defaults = PostmarkSettings(), .keys = std::move(keys)},
          .sender_checks = {&CheckHttpSender, &PostmarkEmailProvider::CheckSender},
          .create = WithSettings(&Create)};
}

}  // namespace keelson
