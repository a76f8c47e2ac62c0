#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/deadline.h"
#include "core/common/id.h"
#include "core/common/money.h"
#include "core/refunds/refund.h"
#include "core/refunds/webhook.h"

namespace keelson {

// A refund, as requested from the provider.
struct PaymentRefund {
  // Providers that support metadata store the id with the refund, so that FindRefund can find it.
  RefundId id;
  // Equal in every attempt without a definite outcome, so that the provider pays the refund out at most once.
  std::string idempotency_key;
  // The provider's id of the payment, from PayOrder: a charge or payment intent id.
  std::string payment_reference;
  Money amount;
  RefundReason reason = RefundReason::kUnspecified;
  // Whether an earlier attempt with this key may have reached the provider.
  bool repeated = false;
  // No attempt with this key began earlier. A provider that forgets keys after some time searches for the
  // refund before it repeats an older request.
  absl::Time not_before = absl::InfinitePast();
};

// The result of a call; each adapter translates its provider's responses. The kind determines the next step
// and who must act.
struct PaymentOutcome {
  enum class Kind {
    // The provider has paid the refund out.
    kSucceeded,
    // The provider has accepted the refund and will pay it out, or reject it, later. FindRefund returns the
    // result.
    kPending,
    // The provider rejected the refund permanently, and moved no money.
    kFailed,
    // The provider may or may not have accepted the refund: repeat with the same idempotency key.
    kUnknown,
    // Not accepted: the provider limits the rate, or asks to wait.
    kRetry,
    // Not accepted: the provider is unreachable or fails temporarily.
    kUnreachable,
    // Not accepted, and no other refund is: the operator must change the configuration or the account.
    kConfig,
    // Only from FindRefund: the provider has no such refund.
    kNotFound,
  };
  Kind kind = Kind::kUnknown;
  // The provider's id of the refund; set if kSucceeded or kPending.
  std::string provider_reference = {};
  // The provider's error code and text, without secrets; empty if kSucceeded.
  std::string code = {};
  std::string message = {};
  // Minimum time until the next call; only with kRetry (for the whole provider) and kPending (for this
  // refund).
  std::optional<absl::Duration> retry_after = {};
};

// The names of the kinds in metrics, in the order of PaymentOutcome::Kind.
inline constexpr std::array<std::string_view, 8> kPaymentOutcomeNames = {
    "succeeded", "pending", "failed", "unknown", "retry", "unreachable", "config", "not_found"};
static_assert(static_cast<std::size_t>(PaymentOutcome::Kind::kNotFound) + 1 == kPaymentOutcomeNames.size());

// The code of kUnknown from FindRefund if the provider has no search that could find this refund.
inline constexpr std::string_view kNotSearchable = "NOT_SEARCHABLE";

// Port: refunds payments at the provider that received them. Thread-safe. Blocks on the network or a disk, at
// most until `deadline`. Every error is an outcome.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  // The name in the configuration, such as "recorded" or "stripe".
  virtual std::string_view name() const = 0;
  // Whether a person pays the refunds out and confirms each of them (ConfirmRefund). The refund that Refund
  // accepts with kPending then waits for the confirmation, and FindRefund is not called.
  virtual bool needs_confirmation() const { return false; }
  // Never returns kNotFound.
  virtual PaymentOutcome Refund(const PaymentRefund& refund, Deadline deadline) = 0;
  // Asks for the state of a refund, and changes nothing. `provider_reference`: the provider's id of the
  // refund; empty: searches for the refund by its id or idempotency key. Returns kUnknown with the code
  // kNotSearchable if the provider has no such search.
  virtual PaymentOutcome FindRefund(const PaymentRefund& refund, std::string_view provider_reference,
                                    Deadline deadline) = 0;
  // Checks, without a refund, that the provider is reachable and accepts the configured credentials. Returns
  // kSucceeded if the check succeeds, and also if there is nothing to check.
  virtual PaymentOutcome Probe(Deadline deadline) = 0;

  // Whether the configuration holds what ReadWebhook needs to verify a webhook.
  virtual bool has_webhooks() const { return false; }
  // Verifies that the provider sent the webhook, and returns which refund may have changed; nullopt if the
  // event is not about a refund. The hint says nothing about the state of the refund, because a webhook may
  // arrive late, repeatedly and in any order: the settlement asks the provider. Blocks on the network at most
  // until `deadline`. Error messages contain neither secrets nor parts of the webhook. Errors:
  //  UNIMPLEMENTED: has_webhooks() is false.
  //  UNAUTHENTICATED: the signature is missing or wrong, or the webhook is too old.
  //  INVALID_ARGUMENT: the provider signed the webhook, but its form is unknown.
  //  UNAVAILABLE: the webhook can't be verified now; the provider should send the webhook again.
  virtual absl::StatusOr<std::optional<RefundHint>> ReadWebhook(const Webhook& /*webhook*/,
                                                                Deadline /*deadline*/) {
    return absl::UnimplementedError("the provider has no webhooks");
  }
};

}  // namespace keelson
