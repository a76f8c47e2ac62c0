#include "core/notifications/provider_queue.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

}  // namespace

// If the process is killed, every assigned message counts as possibly sent. If the provider does not
// recognize repeats, at most one message per sending thread therefore waits in the queue.
int ProviderQueue::Capacity() const {
  return calls_.Capacity(/*quick=*/provider_.repeat_window() > absl::ZeroDuration());
}

ProviderFacts ProviderQueue::FactsFor(MessageId id) const {
  return {.name = provider_.name(),
          .can_accept = CanAccept(),
          .time_until_open = std::max(calls_.OpensAt() - clock_.SteadyNow(), absl::ZeroDuration()),
          .repeat_window = provider_.repeat_window(),
          .failures = history_.CountFailures(id)};
}

void ProviderQueue::RecordOutcome(MessageId id, const SendOutcome& outcome, absl::Duration elapsed) {
  calls_.Finish(elapsed);
  ++status_.attempts[static_cast<std::size_t>(outcome.kind)];
  if (IsCausedByMessage(id, outcome.kind)) {
    status_.last_error = outcome.error;
    return;
  }
  UpdateStatus(outcome);
  UpdateCircuit(outcome);
  if (calls_.StateNow() == CircuitState::kOpen) accepts_ = false;
}

bool ProviderQueue::IsCausedByMessage(MessageId id, Kind kind) {
  switch (kind) {
    case Kind::kAccepted:
      history_.AddAcceptance(id);
      accepts_ = true;
      return false;
    case Kind::kUnreachable:
    case Kind::kConfig:
    case Kind::kUnknown:
    case Kind::kRefused:
      return history_.AddFailure(id);
    default:
      return false;
  }
}

void ProviderQueue::UpdateCircuit(const SendOutcome& outcome) {
  const SteadyTime now = clock_.SteadyNow();
  CircuitBreaker& circuit = calls_.circuit();
  switch (outcome.kind) {
    case Kind::kUnreachable:
    case Kind::kUnknown:
      return circuit.Fail(now);
    case Kind::kConfig:
      return circuit.ForceOpen(now);
    case Kind::kRefused:
      // The provider accepts other messages, so the refusal counts as an ordinary failure.
      if (accepts_) {
        circuit.Fail(now);
      } else {
        circuit.ForceOpen(now);
      }
      status_.misconfigured = status_.misconfigured || circuit.StateAt(now) == CircuitState::kOpen;
      return;
    case Kind::kRetry:
      if (outcome.retry_after) calls_.Pause(*outcome.retry_after);
      return circuit.Succeed(now);
    case Kind::kQuota:
      calls_.Pause(outcome.retry_after.value_or(policy_.max_delay));
      return circuit.Succeed(now);
    case Kind::kAccepted:
    case Kind::kRecipientRejected:
    case Kind::kMessageRejected:
      return circuit.Succeed(now);
    case Kind::kNotExpressible:
      // The circuit stays unchanged, because the adapter usually returns this outcome without a call to the
      // provider.
      return;
  }
}

void ProviderQueue::UpdateStatus(const SendOutcome& outcome) {
  if (outcome.kind != Kind::kAccepted) status_.last_error = outcome.error;
  switch (outcome.kind) {
    // These outcomes do not show whether the configuration is valid. UpdateCircuit handles kRefused.
    case Kind::kUnreachable:
    case Kind::kUnknown:
    case Kind::kNotExpressible:
    case Kind::kRefused:
      return;
    default:
      status_.misconfigured = outcome.kind == Kind::kConfig;
  }
}

bool ProviderQueue::NeedsProbe() const {
  return !probed_ || calls_.StateNow() != CircuitState::kClosed;
}

void ProviderQueue::RecordProbe(const SendOutcome& outcome) {
  const SteadyTime now = clock_.SteadyNow();
  probed_ = true;
  UpdateStatus(outcome);
  if (outcome.kind == Kind::kAccepted) return calls_.circuit().AllowProbe(now);
  if (outcome.kind == Kind::kConfig) calls_.circuit().ForceOpen(now);
}

ProviderStatus ProviderQueue::Status() const {
  ProviderStatus status = status_;
  status.name = provider_.name();
  status.circuit = calls_.StateNow();
  status.available = IsAvailable();
  return status;
}

}  // namespace keelson
