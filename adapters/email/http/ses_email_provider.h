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
  // Session token of temporary credentials; empty: long-term credentials.
  Secret session_token;
  // Name of the SES configuration set; empty: none.
  std::string configuration_set;
  // Scheme and host of the API; empty: the region's public endpoint.
  std::string base_url;
};

// Amazon SES, API version 2 with Signature Version 4. Its API has no idempotency key. Addresses must be
// ASCII, with domains in their IDNA form. Thread-safe.
class SesEmailProvider final : public HttpEmailProvider {
 public:
  explicit SesEmailProvider(SesOptions options);

  std::string_view name() const override { return "ses"; }
  // FAILED_PRECONDITION if the setting is invalid. The error message starts with a verb ("must …").
  static absl::Status CheckRegion(std::string_view region);
  static absl::Status CheckConfigurationSet(std::string_view name);

 private:
  absl::Status CheckSettings(const Mailbox& from) const override;
  absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const override;
  HttpRequest ProbeRequest() const override;
  SendOutcome OutcomeOf(const ProviderResponse& response) const override;
  bool IsGoodRefusal(const ProviderResponse& response) const override;
  std::vector<std::string_view> secrets() const override {
    return {options_.secret_access_key.Reveal(), options_.session_token.Reveal(), options_.access_key_id};
  }

  HttpRequest Signed(HttpRequest request) const;

  const SesOptions options_;
};

EmailProviderDescriptor DescribeSes();

}  // namespace keelson
