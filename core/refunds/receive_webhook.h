#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/common/clock.h"
#include "core/common/deadline.h"
#include "core/common/log.h"
#include "core/common/steady_time.h"
#include "core/refunds/payment_provider.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

// What a webhook has caused.
enum class WebhookResult {
  // The refund is due: the settlement asks the provider at once.
  kDue,
  // The refund needs no question: it has ended, is due already, or a call for it is in progress.
  kNotWaiting,
  // The store has no such refund, such as a refund that another system requested.
  kNoRefund,
  // The event is not about a refund.
  kIrrelevant,
  // The event was handled earlier.
  kRepeated,
  // The provider did not send the webhook, or sent it too long ago.
  kRejected,
  // The provider sent the webhook, but its form is unknown.
  kUnreadable,
  // The webhook could not be verified, or the store failed: the provider should send the webhook again.
  kUnavailable,
};

// The names of the results in metrics, in the order of WebhookResult.
inline constexpr std::array<std::string_view, 8> kWebhookResultNames = {
    "due", "not_waiting", "no_refund", "irrelevant", "repeated", "rejected", "unreadable", "unavailable"};
static_assert(static_cast<std::size_t>(WebhookResult::kUnavailable) + 1 == kWebhookResultNames.size());

// Number of webhooks of a provider since the start of the process.
struct WebhookStatus {
  std::string provider = {};
  // Indexed by WebhookResult.
  std::array<std::int64_t, kWebhookResultNames.size()> received{};

  std::int64_t CountOf(WebhookResult result) const { return received[static_cast<std::size_t>(result)]; }
};

class WebhookStatuses {
 public:
  virtual ~WebhookStatuses() = default;
  // One status for each provider with webhooks. Thread-safe; does not block.
  virtual std::vector<WebhookStatus> ListWebhooks() const = 0;
};

// Makes a refund due as soon as its provider reports that the refund may have changed. A webhook never
// changes the state of a refund: the settlement asks the provider. Only a refund that waits for its next
// attempt becomes due, so that a webhook interferes with no call in progress. Thread-safe.
class ReceiveWebhook : public WebhookStatuses {
 public:
  // Number of handled events per provider whose repetitions are recognized.
  static constexpr std::size_t kKnownEvents = 4096;
  // Minimum time between two log lines about rejected webhooks of one provider.
  static constexpr absl::Duration kLogInterval = absl::Minutes(1);

  // The ports and the providers must outlive this object.
  ReceiveWebhook(Store& store, Clock& clock, Log& log, const std::vector<PaymentProvider*>& providers);

  // Whether any provider has webhooks.
  bool enabled() const { return !sources_.empty(); }
  // Handles a webhook of the provider; `webhook.receive_time` is set here. nullopt if no configured provider
  // with webhooks has this name. Blocks on the provider and the store, at most until `deadline`.
  std::optional<WebhookResult> Handle(std::string_view provider, Webhook webhook, Deadline deadline);

  std::vector<WebhookStatus> ListWebhooks() const override;

 private:
  // A provider with webhooks.
  struct Source {
    explicit Source(PaymentProvider& payments) : provider(payments) {
      status.provider = std::string(payments.name());
    }
    bool Knows(const std::string& event_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    void Remember(const std::string& event_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

    PaymentProvider& provider;
    mutable absl::Mutex mutex;
    WebhookStatus status ABSL_GUARDED_BY(mutex);
    // The ids of the events that were handled last, oldest first, and the same ids for searches.
    std::deque<std::string> events ABSL_GUARDED_BY(mutex);
    std::set<std::string, std::less<>> known ABSL_GUARDED_BY(mutex);
    std::optional<SteadyTime> logged ABSL_GUARDED_BY(mutex);
  };

  WebhookResult Receive(Source& source, const Webhook& webhook, Deadline deadline);
  absl::StatusOr<WebhookResult> Apply(std::string_view provider, const RefundHint& hint, Deadline deadline);
  absl::StatusOr<std::vector<Refund>> FindRefunds(std::string_view provider, const RefundHint& hint,
                                                  Deadline deadline);
  void LogFailure(Source& source, const absl::Status& status);

  Store& store_;
  Clock& clock_;
  Log& log_;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace keelson
