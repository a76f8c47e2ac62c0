#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "adapters/email/http/http_email_provider.h"

namespace keelson {

// Twilio SendGrid, v3 Mail Send. Its API has no idempotency key. Thread-safe.
class SendGridEmailProvider final : public HttpEmailProvider {
 public:
  // An empty base URL means the provider's public API.
  explicit SendGridEmailProvider(ApiAccess access);

  std::string_view name() const override { return "sendgrid"; }

 private:
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome OutcomeOf(const ProviderResponse& response) const override;
  std::vector<std::string_view> secrets() const override { return {access_.key.Reveal()}; }

  const ApiAccess access_;
};

EmailProviderDescriptor DescribeSendGrid();

}  // namespace keelson
