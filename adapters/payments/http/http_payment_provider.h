#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/payments/http/refund_outcome.h"
#include "adapters/support/descriptors/payment_provider_descriptor.h"
#include "adapters/support/http/api_request.h"
#include "adapters/support/http/http_client.h"
#include "adapters/support/http/provider_response.h"
#include "core/common/deadline.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// Base class of providers with an HTTP API. A derived class builds requests and translates responses; this
// class manages connections and deadlines, translates transport errors, removes secrets from error texts, and
// searches for a refund wherever a repeat could pay it out twice. Thread-safe.
class HttpPaymentProvider : public PaymentProvider {
 public:
  // Sends at most one request that refunds, and never repeats it. Searches for the refund
  // - before a repeated attempt whose idempotency key the provider may have forgotten,
  // - after an attempt without a definite outcome,
  // - after a repeated attempt that the provider rejected: the cause may be an earlier attempt that paid.
  PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) final;
  PaymentOutcome FindRefund(const PaymentRefund& refund, std::string_view provider_reference,
                            Deadline deadline) final;
  // The derived class's ProbeRequest.
  PaymentOutcome Probe(Deadline deadline) final;

 protected:
  // A response, or the outcome of a request without one.
  using Answer = std::variant<ProviderResponse, PaymentOutcome>;
  // A request, or kFailed if the provider's API cannot express the refund.
  using RequestOrOutcome = std::variant<HttpRequest, PaymentOutcome>;

  // Builds the request that refunds. Must be deterministic: the same refund gives the same request. Called
  // only for a payment reference that IsPlainId accepts, and for an amount above zero.
  virtual RequestOrOutcome RefundRequest(const PaymentRefund& refund) const = 0;
  // Translates the response to RefundRequest. The outcome may contain the provider's text unchanged; this
  // class sanitizes it.
  virtual PaymentOutcome OutcomeOf(const ProviderResponse& response) const = 0;
  // Builds a request for the refund with this provider_reference, which IsPlainId accepts.
  virtual HttpRequest LookupRequest(std::string_view provider_reference) const = 0;
  // Translates the response to LookupRequest. By default, OutcomeOf translates the response, except that an
  // error that OutcomeOf translates into kFailed is kNotFound with HTTP 404, and otherwise kUnknown.
  virtual PaymentOutcome StateIn(const ProviderResponse& response) const;
  // Searches for the refund with the idempotency key of `refund`. Never returns kFailed for an error of the
  // search itself. By default, kUnknown: the provider has no search.
  virtual PaymentOutcome Search(const PaymentRefund& refund, Deadline deadline);
  // Builds a request without side effects, to which the provider responds with 2xx if the credentials are
  // valid.
  virtual HttpRequest ProbeRequest() const = 0;
  // Translates the response to ProbeRequest.
  virtual PaymentOutcome ProbeOutcome(const ProviderResponse& response) const;
  // How long the provider recognizes an idempotency key, with a margin. Zero: this class searches before
  // every repeated attempt.
  virtual absl::Duration key_lifetime() const = 0;
  // Values that are removed from error texts.
  virtual std::vector<std::string> secrets() const = 0;

  // Sends a request of RefundRequest, LookupRequest or Search. By default, Exchange.
  virtual Answer Send(const HttpRequest& request, Deadline deadline);
  // Sends the request unchanged.
  Answer Exchange(const HttpRequest& request, Deadline deadline);
  // Removes the meaning "the refund failed" from an error that concerns a lookup or a search.
  static PaymentOutcome LookupError(PaymentOutcome error);

 private:
  PaymentOutcome Attempt(const PaymentRefund& refund, Deadline deadline);
  bool MayHaveForgottenKey(const PaymentRefund& refund) const;
  PaymentOutcome Resolve(const PaymentRefund& refund, PaymentOutcome outcome, Deadline deadline);
  PaymentOutcome Clean(PaymentOutcome outcome) const;

  HttpClient client_;
};

// Whether `id` is safe in the path of a URL and in a header: 1 to 255 letters, digits, "_", "-" and "=".
bool IsPlainId(std::string_view id);

template <typename Provider>
absl::StatusOr<std::unique_ptr<PaymentProvider>> CreatePaymentApi(const ApiSettings& settings) {
  return std::make_unique<Provider>(ApiAccessOf(settings));
}

// Returns the descriptor of a provider whose only settings are ApiSettings.
template <typename Provider>
PaymentProviderDescriptor DescribePaymentApi(std::string_view name) {
  return {.section = {.name = name, .defaults = ApiSettings(), .keys = ApiKeys<ApiSettings>()},
          .create = WithSettings(&CreatePaymentApi<Provider>)};
}

}  // namespace keelson
