// The webhooks of PayPal: https://developer.paypal.com/api/rest/webhooks/.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/steady_time.h"
#include "core/refunds/webhook.h"

namespace keelson {

// UNAUTHENTICATED unless the headers that PayPal signs are present, and the webhook was sent at most
// `max_age` ago. The signature is not verified.
absl::Status CheckTransmission(const Webhook& webhook, absl::Duration max_age);
// Whether the event is about a refund.
bool IsRefundEvent(const nlohmann::json& event);
// Returns the body of the request verify-webhook-signature. The body of the webhook must be JSON; it is
// copied byte by byte, because another spelling of the same JSON has another signature.
std::string VerificationBody(const Webhook& webhook, std::string_view webhook_id);
// Returns the hint of a verified event about a refund; INVALID_ARGUMENT if the event has no id.
absl::StatusOr<std::optional<RefundHint>> PayPalHint(const nlohmann::json& event);

// Limits the number of verifications. Thread-safe.
class VerificationLimit {
 public:
  // `rate`: maximum number of verifications within one second.
  explicit VerificationLimit(std::size_t rate) : rate_(rate) {}

  // Returns whether a verification may start now, and counts it if so.
  bool Allows(SteadyTime now);

 private:
  const std::size_t rate_;
  absl::Mutex mutex_;
  // The starts of the last `rate` verifications, oldest first.
  std::deque<SteadyTime> starts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
