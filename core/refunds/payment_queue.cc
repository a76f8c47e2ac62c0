#include "core/refunds/payment_queue.h"

#include <cstddef>
#include <string>
#include <utility>

#include "core/common/strings.h"

namespace keelson {
namespace {

using PaymentKind = PaymentOutcome::Kind;

bool IsAccepted(PaymentKind kind) {
  return kind == PaymentKind::kSucceeded || kind == PaymentKind::kPending;
}

std::string ErrorOf(const PaymentOutcome& outcome) {
  if (outcome.message.empty()) return outcome.code;
  return outcome.code.empty() ? outcome.message : StrCat(outcome.code, ": ", outcome.message);
}

}  // namespace

PaymentQueue::PaymentQueue(const PaymentProvider& provider, const SettlementPolicy& policy, Clock& clock)
    : provider_(provider),
      base_delay_(policy.base_delay),
      clock_(clock),
      calls_({policy.concurrency, policy.rate, kMaxLoad, policy.circuit}, clock) {}

void PaymentQueue::Push(QueuedRefund queued) {
  calls_.Reserve();
  calls_.Push(std::move(queued));
}

void PaymentQueue::RecordOutcome(RefundId id, const PaymentOutcome& outcome, absl::Duration elapsed) {
  calls_.Finish(elapsed);
  ++status_.attempts[static_cast<std::size_t>(outcome.kind)];
  if (IsCausedByRefund(id, outcome.kind)) {
    status_.last_error = ErrorOf(outcome);
    return;
  }
  UpdateStatus(outcome);
  UpdateCircuit(outcome);
}

bool PaymentQueue::IsCausedByRefund(RefundId id, PaymentKind kind) {
  switch (kind) {
    case PaymentKind::kSucceeded:
    case PaymentKind::kPending:
      history_.AddAcceptance(id);
      return false;
    case PaymentKind::kUnknown:
    case PaymentKind::kUnreachable:
    case PaymentKind::kConfig:
      return history_.AddFailure(id);
    default:
      return false;
  }
}

void PaymentQueue::UpdateCircuit(const PaymentOutcome& outcome) {
  const SteadyTime now = clock_.SteadyNow();
  switch (outcome.kind) {
    case PaymentKind::kUnknown:
    case PaymentKind::kUnreachable:
      return calls_.circuit().Fail(now);
    case PaymentKind::kConfig:
      return calls_.circuit().ForceOpen(now);
    case PaymentKind::kRetry:
      calls_.Pause(outcome.retry_after.value_or(base_delay_));
      return calls_.circuit().Succeed(now);
    case PaymentKind::kSucceeded:
    case PaymentKind::kPending:
    case PaymentKind::kFailed:
    case PaymentKind::kNotFound:
      return calls_.circuit().Succeed(now);
  }
}

void PaymentQueue::UpdateStatus(const PaymentOutcome& outcome) {
  if (!IsAccepted(outcome.kind)) status_.last_error = ErrorOf(outcome);
  // These outcomes do not show whether the configuration is valid.
  if (outcome.kind == PaymentKind::kUnknown || outcome.kind == PaymentKind::kUnreachable) return;
  status_.misconfigured = outcome.kind == PaymentKind::kConfig;
}

bool PaymentQueue::NeedsProbe() const {
  return !probed_ || calls_.StateNow() != CircuitState::kClosed;
}

void PaymentQueue::RecordProbe(const PaymentOutcome& outcome) {
  const SteadyTime now = clock_.SteadyNow();
  probed_ = true;
  UpdateStatus(outcome);
  if (outcome.kind == PaymentKind::kSucceeded) return calls_.circuit().AllowProbe(now);
  if (outcome.kind == PaymentKind::kConfig) calls_.circuit().ForceOpen(now);
}

PaymentProviderStatus PaymentQueue::Status() const {
  PaymentProviderStatus status = status_;
  status.name = provider_.name();
  status.circuit = calls_.StateNow();
  status.available = calls_.IsAvailable();
  status.needs_confirmation = provider_.needs_confirmation();
  return status;
}

}  // namespace keelson
