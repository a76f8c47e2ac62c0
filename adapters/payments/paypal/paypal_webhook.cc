#include "adapters/payments/paypal/paypal_webhook.h"

#include <array>
#include <optional>
#include <utility>

#include "adapters/payments/http/http_payment_provider.h"
#include "adapters/support/http/http_syntax.h"
#include "adapters/support/http/provider_response.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kTransmissionTime = "paypal-transmission-time";

struct SignedHeader {
  // The header of the webhook, and the member of the request verify-webhook-signature.
  std::string_view header;
  std::string_view member;
};
constexpr std::array kSignedHeaders = {SignedHeader{"paypal-auth-algo", "auth_algo"},
                                       SignedHeader{"paypal-cert-url", "cert_url"},
                                       SignedHeader{"paypal-transmission-id", "transmission_id"},
                                       SignedHeader{"paypal-transmission-sig", "transmission_sig"},
                                       SignedHeader{kTransmissionTime, "transmission_time"}};

// Returns the id of the capture, which the link "up" of a refund names; empty if the link is missing.
std::string CaptureOf(const nlohmann::json& refund) {
  for (const nlohmann::json& link : Member(refund, "links")) {
    if (TextMember(link, "rel") != "up") continue;
    const std::string url = TextMember(link, "href");
    const std::size_t slash = url.rfind('/');
    const std::string id = slash == std::string::npos ? "" : url.substr(slash + 1);
    return IsPlainId(id) ? id : "";
  }
  return "";
}

// The custom_id of a refund is the idempotency key: our id, and after a retry "-" and a number.
std::optional<RefundId> RefundIdIn(std::string_view custom_id) {
  return RefundId::Parse(custom_id.substr(0, custom_id.find('-')));
}

}  // namespace

absl::Status CheckTransmission(const Webhook& webhook, absl::Duration max_age) {
  for (const SignedHeader& each : kSignedHeaders) {
    const std::string_view value = webhook.Header(each.header);
    if (value.empty() || !IsHeaderValue(value)) {
      return absl::UnauthenticatedError(StrCat("the header ", each.header, " is missing or malformed"));
    }
  }
  absl::Time sent;
  if (!absl::ParseTime(absl::RFC3339_full, ToAbsl(webhook.Header(kTransmissionTime)), &sent, nullptr)) {
    return absl::UnauthenticatedError(StrCat("the header ", kTransmissionTime, " is not a time"));
  }
  if (webhook.receive_time - sent <= max_age) return absl::OkStatus();
  return absl::UnauthenticatedError("the webhook is too old");
}

bool IsRefundEvent(const nlohmann::json& event) {
  return TextMember(event, "resource_type") == "refund";
}

std::string VerificationBody(const Webhook& webhook, std::string_view webhook_id) {
  nlohmann::json request = {{"webhook_id", std::string(webhook_id)}};
  for (const SignedHeader& each : kSignedHeaders) {
    request[std::string(each.member)] = std::string(webhook.Header(each.header));
  }
  std::string body = request.dump();
  body.pop_back();
  return StrCat(body, ",\"webhook_event\":", webhook.body, "}");
}

absl::StatusOr<std::optional<RefundHint>> PayPalHint(const nlohmann::json& event) {
  const nlohmann::json refund = Member(event, "resource");
  RefundHint hint{.event_id = TextMember(event, "id"),
                  .refund_id = RefundIdIn(TextMember(refund, "custom_id")),
                  .payment_reference = CaptureOf(refund),
                  .provider_reference = TextMember(refund, "id")};
  if (hint.event_id.empty()) return absl::InvalidArgumentError("the event of paypal has no id");
  return hint;
}

bool VerificationLimit::Allows(SteadyTime now) {
  const absl::MutexLock lock(&mutex_);
  if (starts_.size() == rate_ && now - starts_.front() < absl::Seconds(1)) return false;
  if (starts_.size() == rate_) starts_.pop_front();
  starts_.push_back(now);
  return true;
}

}  // namespace keelson
