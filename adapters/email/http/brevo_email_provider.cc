#include "adapters/email/http/brevo_email_provider.h"

#include "absl/strings/escaping.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.brevo.com";
constexpr ResponseRule kRules[] = {
    {0, "not_enough_credits", "", Kind::kQuota},
    {0, "account_under_validation", "", Kind::kConfig},
    {0, "permission_denied", "", Kind::kConfig},
    {0, "reseller_permission_denied", "", Kind::kConfig},
    {0, "unauthorized", "", Kind::kConfig},
    {0, "document_not_found", "", Kind::kConfig},
    {0, "method_not_allowed", "", Kind::kConfig},
    {0, "not_acceptable", "", Kind::kConfig},
    {0, "duplicate_request", "", Kind::kUnknown},
    // A parameter is missing or invalid; the error text names the parameter.
    {400, "", "sender", Kind::kConfig},
    {400, "", "email is not valid in to", Kind::kRecipientRejected},
    {400, "", "subject", Kind::kMessageRejected},
    {400, "", "htmlContent", Kind::kMessageRejected},
    {400, "", "textContent", Kind::kMessageRejected},
};

constexpr std::size_t kMaxSenderName = 70;

// Brevo requires the idempotency key in the hyphenated UUID notation; the message's id has another notation.
std::string IdempotencyKey(const Uuid& uuid) {
  const std::string_view bytes(reinterpret_cast<const char*>(uuid.data()), uuid.size());
  std::string key = absl::BytesToHexString(ToAbsl(bytes));
  for (const std::size_t place : {20u, 16u, 12u, 8u}) key.insert(place, "-");
  return key;
}

nlohmann::json Sender(const Mailbox& mailbox) {
  nlohmann::json sender = {{"email", mailbox.address}};
  if (!mailbox.display_name.empty()) sender["name"] = mailbox.display_name;
  return sender;
}

HttpHeader ApiKey(const Secret& key) {
  return {"api-key", std::string(key.Reveal())};
}

}  // namespace

BrevoEmailProvider::BrevoEmailProvider(ApiAccess access)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)) {}

absl::Status BrevoEmailProvider::CheckSender(const Mailbox& from) {
  if (CountCodePoints(from.display_name) <= kMaxSenderName) return absl::OkStatus();
  return absl::FailedPreconditionError(
      StrCat("must have a name of at most ", kMaxSenderName, " characters for brevo"));
}

absl::StatusOr<HttpRequest> BrevoEmailProvider::SendRequest(const Email& email,
                                                            const Envelope& envelope) const {
  nlohmann::json body = {{"sender", Sender(envelope.from)},
                         {"to", nlohmann::json::array({{{"email", envelope.to}}})},
                         {"subject", email.content.subject},
                         {"headers",
                          {{"Message-ID", envelope.message_id},
                           {"Auto-Submitted", "auto-generated"},
                           {"idempotencyKey", IdempotencyKey(email.id.uuid())}}}};
  if (!email.content.text.empty()) body["textContent"] = email.content.text;
  if (!email.content.html.empty()) body["htmlContent"] = email.content.html;
  return JsonPost(StrCat(access_.base_url, "/v3/smtp/email"), {ApiKey(access_.key)}, body);
}

HttpRequest BrevoEmailProvider::ProbeRequest() const {
  return JsonGet(StrCat(access_.base_url, "/v3/account"), {ApiKey(access_.key)});
}

SendOutcome BrevoEmailProvider::OutcomeOf(const ProviderResponse& response) const {
  const std::string code = response.Text("code");
  const std::string id = response.Text("messageId");
  if (response.succeeded()) return id.empty() ? Unreadable(response) : Accepted(id);
  // The duplicate parameter can only be the idempotency key: an earlier attempt was accepted.
  if (code == "duplicate_parameter") return Accepted("");
  SendOutcome outcome = ErrorOutcome(kRules, response, code, response.Text("message"));
  if (outcome.kind == Kind::kRetry && response.header("retry-after").empty()) {
    outcome.retry_after = ParseRetryAfter(response.header("x-sib-ratelimit-reset"), absl::UnixEpoch());
  }
  return outcome;
}

EmailProviderDescriptor DescribeBrevo() {
  EmailProviderDescriptor brevo = DescribeApiProvider<BrevoEmailProvider>("brevo");
  brevo.sender_checks.push_back(&BrevoEmailProvider::CheckSender);
  return brevo;
}

}  // namespace keelson
