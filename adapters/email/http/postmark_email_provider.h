#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "adapters/email/http/http_email_provider.h"
#include "adapters/email/mime/unsendable.h"

namespace keelson {

// Postmark, with a server token as the API key. Its API has no idempotency key. Thread-safe.
class PostmarkEmailProvider final : public HttpEmailProvider {
 public:
  // An empty base URL means the provider's public API; an empty stream means the server's default stream.
  PostmarkEmailProvider(ApiAccess access, std::string message_stream);

  std::string_view name() const override { return "postmark"; }
  // FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), if `from` breaks a limit
  // of the provider.
  static absl::Status CheckSender(const Mailbox& from);

 private:
  absl::Status CheckSettings(const Mailbox& from) const override {
    return WithSubject("the sender", CheckSender(from));
  }
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome OutcomeOf(const ProviderResponse& response) const override;
  std::vector<std::string_view> secrets() const override { return {access_.key.Reveal()}; }

  const ApiAccess access_;
  const std::string message_stream_;
};

EmailProviderDescriptor DescribePostmark();

}  // namespace keelson
