#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "adapters/email/http/http_email_provider.h"
#include "adapters/email/mime/unsendable.h"

namespace keelson {

// Brevo's API v3. The provider recognizes a repeat by its idempotency key for 15 minutes. Thread-safe.
class BrevoEmailProvider final : public HttpEmailProvider {
 public:
  // An empty base URL means the provider's public API.
  explicit BrevoEmailProvider(ApiAccess access);

  std::string_view name() const override { return "brevo"; }
  // FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), if `from` breaks a limit
  // of the provider.
  static absl::Status CheckSender(const Mailbox& from);
  absl::Duration repeat_window() const override { return absl::Minutes(15); }

 private:
  absl::Status CheckSettings(const Mailbox& from) const override {
    return WithSubject("the sender", CheckSender(from));
  }
  bool supports_utf8_recipients() const override { return true; }
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome OutcomeOf(const ProviderResponse& response) const override;
  std::vector<std::string_view> secrets() const override { return {access_.key.Reveal()}; }

  const ApiAccess access_;
};

EmailProviderDescriptor DescribeBrevo();

}  // namespace keelson
