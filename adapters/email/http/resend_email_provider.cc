#include "adapters/email/http/resend_email_provider.h"

#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

constexpr std::string_view kBaseUrl = "https://api.resend.com";
constexpr ResponseRule kRules[] = {
    // The first request with this idempotency key is still in progress.
    {0, "concurrent_idempotent_requests", "", Kind::kUnknown},
    // The idempotency key was sent earlier with another body, or is malformed: a bug in this adapter. A retry
    // cannot succeed.
    {0, "invalid_idempotent_request", "", Kind::kMessageRejected},
    {0, "invalid_idempotency_key", "", Kind::kMessageRejected},
    {0, "daily_quota_exceeded", "", Kind::kQuota},
    {0, "monthly_quota_exceeded", "", Kind::kQuota},
    // For an unknown or deleted API key, Resend uses different statuses and error names, but always this
    // error text.
    {0, "", "API key is invalid", Kind::kConfig},
    {0, "invalid_from_address", "", Kind::kConfig},
    {0, "invalid_access", "", Kind::kConfig},
    {0, "invalid_region", "", Kind::kConfig},
    {0, "security_error", "", Kind::kRefused},
    {0, "invalid_attachment", "", Kind::kMessageRejected},
    // Validation failed; the error text names the field.
    {400, "", "`from`", Kind::kConfig},
    {422, "", "`from`", Kind::kConfig},
    {400, "", "`to`", Kind::kRecipientRejected},
    {422, "", "`to`", Kind::kRecipientRejected},
    {400, "", "`subject`", Kind::kMessageRejected},
    {422, "", "`subject`", Kind::kMessageRejected},
    {0, "missing_required_field", "", Kind::kMessageRejected},
};

}  // namespace

ResendEmailProvider::ResendEmailProvider(ApiAccess access)
    : access_(WithDefaultBase(std::move(access), kBaseUrl)) {}

absl::StatusOr<HttpRequest> ResendEmailProvider::SendRequest(const Email& email,
                                                             const Envelope& envelope) const {
  nlohmann::json body = {
      {"from", Quoted(envelope.from)},
      {"to", nlohmann::json::array({envelope.to})},
      {"subject", email.content.subject},
      {"headers", {{"Message-ID", envelope.message_id}, {"Auto-Submitted", "auto-generated"}}}};
  if (!email.content.text.empty()) body["text"] = email.content.text;
  if (!email.content.html.empty()) body["html"] = email.content.html;
  return JsonPost(StrCat(access_.base_url, "/emails"),
                  {Bearer(access_.key), {"Idempotency-Key", email.id.ToString()}}, body);
}

HttpRequest ResendEmailProvider::ProbeRequest() const {
  return JsonGet(StrCat(access_.base_url, "/domains"), {Bearer(access_.key)});
}

SendOutcome ResendEmailProvider::OutcomeOf(const ProviderResponse& response) const {
  if (!response.succeeded())
    return ErrorOutcome(kRules, response, response.Text("name"), response.Text("message"));
  const std::string id = response.Text("id");
  return id.empty() ? Unreadable(response) : Accepted(id);
}

bool ResendEmailProvider::IsGoodRefusal(const ProviderResponse& response) const {
  return response.Text("name") == "restricted_api_key";
}

EmailProviderDescriptor DescribeResend() {
  return DescribeApiProvider<ResendEmailProvider>("resend");
}

}  // namespace keelson
