#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/email/http/response_rules.h"
#include "adapters/email/mime/envelope.h"
#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "adapters/support/http/api_request.h"
#include "adapters/support/http/http_client.h"
#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Base class of providers with an HTTP API. A derived class builds the request and translates the response;
// this class manages connections and deadlines, translates transport errors, and removes secrets and
// addresses from error texts. Thread-safe.
class HttpEmailProvider : public EmailProvider {
 public:
  SendOutcome Send(const Email& email, Deadline deadline) final;
  absl::Duration repeat_window() const override { return absl::ZeroDuration(); }
  SendOutcome Probe(Deadline deadline) final;

 protected:
  // FAILED_PRECONDITION if a setting or the sender breaks a documented limit of the provider. Called only for
  // a sender whose address is ASCII.
  virtual absl::Status CheckSettings(const Mailbox& /*from*/) const { return absl::OkStatus(); }
  // Whether the provider accepts recipients whose local part is not ASCII.
  virtual bool supports_utf8_recipients() const { return false; }
  // Builds the request. Must be deterministic: the same e-mail gives the same request. INVALID_ARGUMENT if
  // the API cannot express the e-mail.
  virtual absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const = 0;
  // Builds a request without side effects, to which the provider responds with 2xx if the credentials are
  // valid.
  virtual HttpRequest ProbeRequest() const = 0;
  // Translates a response. The error may contain the provider's text unchanged; the caller sanitizes it.
  virtual SendOutcome OutcomeOf(const ProviderResponse& response) const = 0;
  // Whether an error response to the probe proves that the credentials are valid. For example, the method
  // that the probe calls rejects a valid API key that permits only sending.
  virtual bool IsGoodRefusal(const ProviderResponse& /*response*/) const { return false; }
  // Values that are removed from error texts. The views must stay valid during the call.
  virtual std::vector<std::string_view> secrets() const = 0;

 private:
  absl::StatusOr<HttpRequest> MakeRequest(const Email& email) const;
  SendOutcome Clean(SendOutcome outcome, const ProviderResponse& response) const;
  SendOutcome ProbeOutcome(const ProviderResponse& response) const;

  HttpClient client_;
};

// FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), if the sender's local part
// is not ASCII: no provider with an HTTP API documents support for such addresses.
absl::Status CheckHttpSender(const Mailbox& from);

template <typename Provider>
absl::StatusOr<std::unique_ptr<EmailProvider>> CreateApiProvider(const ApiSettings& settings, Log& /*log*/) {
  return std::make_unique<Provider>(ApiAccessOf(settings));
}

// Returns the descriptor of a provider whose only settings are ApiSettings.
template <typename Provider>
EmailProviderDescriptor DescribeApiProvider(std::string_view name) {
  return {.section = {.name = name, .defaults = ApiSettings(), .keys = ApiKeys<ApiSettings>()},
          .sender_checks = {&CheckHttpSender},
          .create = WithSettings(&CreateApiProvider<Provider>)};
}

}  // namespace keelson
