#include "adapters/payments/paypal/paypal_access_token.h"

#include <utility>

namespace keelson {
namespace {

// A token that expires during a request is rejected, so that a token is renewed this long before its end.
constexpr absl::Duration kMargin = absl::Minutes(1);

PaymentOutcome TokenTimeout() {
  PaymentOutcome outcome;
  outcome.kind = PaymentOutcome::Kind::kUnreachable;
  outcome.code = "UNREACHABLE";
  outcome.message = "the deadline expired before paypal returned an access token";
  return outcome;
}

}  // namespace

PayPalAccessToken::Answer PayPalAccessToken::Get(std::string_view rejected, Deadline deadline) {
  {
    const absl::MutexLock lock(&mutex_);
    while (renewing_) {
      if (deadline.expired()) return TokenTimeout();
      renewed_.WaitUntil(&mutex_, deadline);
    }
    if (!token_.empty() && token_ != rejected && !expiry_.expired()) return token_;
    renewing_ = true;
  }
  return Renew(deadline);
}

PayPalAccessToken::Answer PayPalAccessToken::Renew(Deadline deadline) {
  std::variant<Grant, PaymentOutcome> answer = request_(deadline);
  const absl::MutexLock lock(&mutex_);
  renewing_ = false;
  renewed_.SignalAll();
  if (auto* outcome = std::get_if<PaymentOutcome>(&answer)) return std::move(*outcome);
  const Grant& grant = std::get<Grant>(answer);
  token_ = grant.token;
  expiry_ = Deadline::After(grant.lifetime - kMargin);
  return token_;
}

std::string PayPalAccessToken::current() const {
  const absl::MutexLock lock(&mutex_);
  return token_;
}

}  // namespace keelson
