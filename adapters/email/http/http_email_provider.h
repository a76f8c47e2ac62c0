#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/email/http/answer.h"
#include "adapters/email/mime/envelope.h"
#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "adapters/support/http/api_settings.h"
#include "adapters/support/http/http_client.h"
#include "core/common/deadline.h"
#include "core/common/secret.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// What every provider that is reached over HTTP has in common. One of them writes its documented request and
// reads its documented answer; connections, deadlines, failures on the way and clean error texts are here.
class HttpEmailProvider : public EmailProvider {
 public:
  SendOutcome Send(const Email& email, Deadline deadline) final;
  absl::Duration repeat_window() const override { return absl::ZeroDuration(); }
  SendOutcome Probe(Deadline deadline) final;

 protected:
  // OK where the provider's documented limits allow settings and sender; else FAILED_PRECONDITION. The
  // sender's address is in ASCII.
  virtual absl::Status CheckSettings(const Mailbox& /*from*/) const { return absl::OkStatus(); }
  // Whether the provider sends to recipients whose local part is not ASCII.
  virtual bool takes_utf8_recipients() const { return false; }
  // The same e-mail makes the same request. INVALID_ARGUMENT where the provider can't be told of it.
  virtual absl::StatusOr<HttpRequest> SendRequest(const Email& email, const Envelope& envelope) const = 0;
  // Harmless, and answered by 2xx where the credentials are good.
  virtual HttpRequest ProbeRequest() const = 0;
  // What an answer means; its error may hold the provider's words as they came.
  virtual SendOutcome Judge(const ProviderAnswer& answer) const = 0;
  // A refusal of the probe that still shows good credentials: a key that may send and do nothing else.
  virtual bool IsGoodRefusal(const ProviderAnswer& /*answer*/) const { return false; }
  // What no error text may repeat.
  virtual std::vector<std::string_view> secrets() const = 0;

 private:
  absl::StatusOr<HttpRequest> MakeRequest(const Email& email) const;
  SendOutcome Clean(SendOutcome outcome, const ProviderAnswer& answer) const;
  SendOutcome JudgeProbe(const ProviderAnswer& answer) const;

  HttpClient client_;
};

// Whether a provider over HTTP can send from this address: none documents that it sends from a local part
// that is not ASCII. FAILED_PRECONDITION with the rule, as a predicate.
absl::Status CheckHttpSender(const Mailbox& from);

// A key, and where the provider is asked.
struct ApiAccess {
  Secret key;
  // Scheme and host.
  std::string base_url;
};

ApiAccess ApiAccessOf(const ApiSettings& settings);

// `configured` without slashes at its end, which a path follows; where it is empty, `own`.
std::string BaseUrl(std::string_view configured, std::string_view own);
// The same for `access`.
ApiAccess WithDefaultBase(ApiAccess access, std::string_view own);

// A request with a body, or one without any, that says and wants JSON.
HttpRequest JsonPost(std::string url, std::vector<HttpHeader> headers, const nlohmann::json& body);
HttpRequest JsonGet(std::string url, std::vector<HttpHeader> headers);
HttpHeader Bearer(const Secret& key);

template <typename Provider>
absl::StatusOr<std::unique_ptr<EmailProvider>> CreateApiProvider(const ApiSettings& settings, Log& /*log*/) {
  return std::make_unique<Provider>(ApiAccessOf(settings));
}

// The descriptor of a provider that is configured by ApiSettings alone.
template <typename Provider>
EmailProviderDescriptor DescribeApiProvider(std::string_view name) {
  return {.section = {.name = name, .defaults = ApiSettings(), .keys = ApiKeys<ApiSettings>()},
          .sender_checks = {&CheckHttpSender},
          .create = WithSettings(&CreateApiProvider<Provider>)};
}

}  // namespace keelson
