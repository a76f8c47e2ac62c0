#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/condition_variable.h"
#include "core/common/deadline.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// The OAuth 2.0 access token of a client. The token is requested when it is first needed, and again shortly
// before it expires. At most one request for a token is in flight; other callers wait for its result.
// Thread-safe.
class PayPalAccessToken {
 public:
  struct Grant {
    std::string token;
    absl::Duration lifetime;
  };
  // A token, or the outcome of a request that returned none.
  using Answer = std::variant<std::string, PaymentOutcome>;
  using Request = std::function<std::variant<Grant, PaymentOutcome>(Deadline)>;

  // `request` requests a token from the provider.
  explicit PayPalAccessToken(Request request) : request_(std::move(request)) {}

  // Returns a token that is valid, and that is not `rejected`: a token that the provider has rejected. Blocks
  // on the network until `deadline` at most.
  Answer Get(std::string_view rejected, Deadline deadline);
  // The last token; empty before the first one.
  std::string current() const;

 private:
  Answer Renew(Deadline deadline);

  const Request request_;
  mutable absl::Mutex mutex_;
  ConditionVariable renewed_;
  bool renewing_ ABSL_GUARDED_BY(mutex_) = false;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  Deadline expiry_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
