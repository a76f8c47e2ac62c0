#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "adapters/email/http/http_email_provider.h"
#include "adapters/email/mime/unsendable.h"

namespace keelson {

// Mailgun, for one sending domain. Its API has no idempotency key. Thread-safe.
class MailgunEmailProvider final : public HttpEmailProvider {
 public:
  // An empty base URL means the provider's public API in the United States.
  MailgunEmailProvider(ApiAccess access, std::string domain);

  std::string_view name() const override { return "mailgun"; }
  // FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), if `domain` is not an
  // ASCII domain name.
  static absl::Status CheckDomain(std::string_view domain);

 private:
  absl::Status CheckSettings(const Mailbox& /*from*/) const override {
    return WithSubject("email.mailgun.domain", CheckDomain(domain_));
  }
  bool supports_utf8_recipients() const override { return true; }
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome OutcomeOf(const ProviderResponse& response) const override;
  std::vector<std::string_view> secrets() const override { return {access_.key.Reveal(), basic_}; }

  const ApiAccess access_;
  const std::string domain_;
  const std::string basic_;
};

EmailProviderDescriptor DescribeMailgun();

}  // namespace keelson
