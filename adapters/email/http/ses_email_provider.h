#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "adapters/email/http/http_email_provider.h"

namespace keelson {

struct SesOptions {
  std::string region;
  std::string access_key_id;
  Secret secret_access_key;
  // Of temporary credentials; else empty.
  Secret session_token;
  // Empty: none.
  std::string configuration_set;
  // Empty: the region's own.
  std::string base_url;
};

// Amazon SES, version 2 of its interface, signed by Signature Version 4. It knows no idempotency key.
// Addresses must be ASCII, domains as IDNA has them. Thread-safe.
class SesEmailProvider final : public HttpEmailProvider {
 public:
  explicit SesEmailProvider(SesOptions options);

  std::string_view name() const override { return "ses"; }
  // Each is FAILED_PRECONDITION with the rule that the setting breaks, as a predicate.
  static absl::Status CheckRegion(std::string_view region);
  static absl::Status CheckConfigurationSet(std::string_view name);

 private:
  absl::Status CheckSettings(const Mailbox& from) const override;
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome Judge(const ProviderAnswer& answer) const override;
  bool IsGoodRefusal(const ProviderAnswer& answer) const override;
  std::vector<std::string_view> secrets() const override {
    return {options_.secret_access_key.Reveal(), options_.session_token.Reveal(), options_.access_key_id};
  }

  HttpRequest Signed(HttpRequest request) const;

  const SesOptions options_;
};

EmailProviderDescriptor DescribeSes();

}  // namespace keelson
