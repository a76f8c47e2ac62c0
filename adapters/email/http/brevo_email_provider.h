#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "adapters/email/http/http_email_provider.h"
#include "adapters/email/mime/unsendable.h"

namespace keelson {

// Brevo. A repeat within a quarter of an hour is recognised by its key. Thread-safe.
class BrevoEmailProvider final : public HttpEmailProvider {
 public:
  // An empty base URL stands for the provider's own.
  explicit BrevoEmailProvider(ApiAccess access);

  std::string_view name() const override { return "brevo"; }
  // FAILED_PRECONDITION with the limit that `from` breaks, as a predicate.
  static absl::Status CheckSender(const Mailbox& from);
  absl::Duration repeat_window() const override { return absl::Minutes(15); }

 private:
  absl::Status CheckSettings(const Mailbox& from) const override {
    return WithSubject("the sender", CheckSender(from));
  }
  bool takes_utf8_recipients() const override { return true; }
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome Judge(const ProviderAnswer& answer) const override;
  std::vector<std::string_view> secrets() const override { return {access_.key.Reveal()}; }

  const ApiAccess access_;
};

EmailProviderDescriptor DescribeBrevo();

}  // namespace keelson
