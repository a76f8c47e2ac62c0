#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "adapters/email/http/http_email_provider.h"

namespace keelson {

// Resend. The provider recognizes a repeat by its idempotency key for 24 hours. Thread-safe.
class ResendEmailProvider final : public HttpEmailProvider {
 public:
  // An empty base URL means the provider's public API.
  explicit ResendEmailProvider(ApiAccess access);

  std::string_view name() const override { return "resend"; }
  absl::Duration repeat_window() const override { return absl::Hours(24); }

 private:
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome OutcomeOf(const ProviderResponse& response) const override;
  bool IsGoodRefusal(const ProviderResponse& response) const override;
  std::vector<std::string_view> secrets() const override { return {access_.key.Reveal()}; }

  const ApiAccess access_;
};

EmailProviderDescriptor DescribeResend();

}  // namespace keelson
