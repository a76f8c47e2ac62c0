#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/payments/http/http_payment_provider.h"
#include "core/common/secret.h"

namespace keelson {

struct BraintreeAccess {
  // Compared with the merchant of the keys by Probe; empty: not compared.
  std::string merchant_id;
  std::string public_key;
  Secret private_key;
  // Scheme and host; empty: the provider's public API.
  std::string base_url;
};

// Braintree, GraphQL API. The payment reference is the GraphQL id of a transaction. The idempotency key is
// the order id of the refund. A search for it precedes every repeated attempt, because Braintree recognizes
// the key (apiRequestKey) for 30 days only after the first request has ended. Thread-safe.
class BraintreePaymentProvider final : public HttpPaymentProvider {
 public:
  // The version of the API that this adapter is written for.
  static constexpr std::string_view kApiVersion = "2019-01-01";

  explicit BraintreePaymentProvider(BraintreeAccess access);

  std::string_view name() const override { return "braintree"; }
  // FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), unless `key` is valid as
  // the user name of HTTP Basic authentication.
  static absl::Status CheckPublicKey(std::string_view key);

 private:
  RequestOrOutcome RefundRequest(const PaymentRefund& refund) const override;
  PaymentOutcome OutcomeOf(const ProviderResponse& response) const override;
  HttpRequest LookupRequest(std::string_view provider_reference) const override;
  PaymentOutcome StateIn(const ProviderResponse& response) const override;
  PaymentOutcome Search(const PaymentRefund& refund, Deadline deadline) override;
  HttpRequest ProbeRequest() const override;
  PaymentOutcome ProbeOutcome(const ProviderResponse& response) const override;
  absl::Duration key_lifetime() const override { return absl::ZeroDuration(); }
  std::vector<std::string> secrets() const override;

  HttpRequest Query(std::string_view query, const nlohmann::json& variables) const;

  const BraintreeAccess access_;
};

PaymentProviderDescriptor DescribeBraintree();

}  // namespace keelson
