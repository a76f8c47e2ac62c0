#include "core/notifications/provider_queue.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// A queue holds as many messages as its sending threads send in this time, so that the threads do not wait
// for the store between two messages.
constexpr absl::Duration kQueuedTime = absl::Milliseconds(250);

}  // namespace

bool ProviderQueue::IsOpen() const {
  const SteadyTime now = clock_.SteadyNow();
  return now >= paused_until_ && circuit_.StateAt(now) != CircuitState::kOpen;
}

bool ProviderQueue::IsAvailable() const {
  const SteadyTime now = clock_.SteadyNow();
  return now >= paused_until_ && circuit_.StateAt(now) == CircuitState::kClosed;
}

bool ProviderQueue::CanAccept() const {
  const SteadyTime now = clock_.SteadyNow();
  return now >= paused_until_ && circuit_.Permits(now, load_) > 0;
}

int ProviderQueue::Capacity() const {
  const SteadyTime now = clock_.SteadyNow();
  if (now < paused_until_) return 0;
  return std::clamp(TargetLoad() - load_, 0, circuit_.Permits(now, load_));
}

ProviderFacts ProviderQueue::FactsFor(MessageId id) const {
  return {.name = provider_.name(),
          .can_accept = CanAccept(),
          .time_until_open = std::max(OpensAt() - clock_.SteadyNow(), absl::ZeroDuration()),
          .repeat_window = provider_.repeat_window(),
          .failures = history_.CountFailures(id)};
}

// If the process is killed, every assigned message counts as possibly sent. If the provider does not
// recognize repeats, at most one message per sending thread therefore waits in the queue.
int ProviderQueue::TargetLoad() const {
  const int min_load = 2 * policy_.concurrency;
  if (provider_.repeat_window() <= absl::ZeroDuration() || average_ <= absl::ZeroDuration()) return min_load;
  const double wanted = policy_.concurrency * absl::FDivDuration(kQueuedTime, average_);
  return static_cast<int>(std::clamp<double>(wanted, min_load, std::max(min_load, kMaxLoad)));
}

void ProviderQueue::Remove(MessageId id) {
  std::erase(waiting_, id);
  --load_;
}

std::deque<MessageId> ProviderQueue::TakeWaiting() {
  load_ -= static_cast<int>(waiting_.size());
  return std::exchange(waiting_, {});
}

std::optional<MessageId> ProviderQueue::Pop() {
  const SteadyTime now = clock_.SteadyNow();
  if (waiting_.empty() || !IsOpen() || now < next_slot_) return std::nullopt;
  if (policy_.rate > 0) next_slot_ = std::max(now, next_slot_) + absl::Seconds(1) / policy_.rate;
  const MessageId id = waiting_.front();
  waiting_.pop_front();
  return id;
}

absl::Duration ProviderQueue::TimeUntilReady() const {
  if (waiting_.empty()) return absl::InfiniteDuration();
  return std::max(std::max(next_slot_, OpensAt()) - clock_.SteadyNow(), absl::ZeroDuration());
}

void ProviderQueue::RecordOutcome(MessageId id, const SendOutcome& outcome, absl::Duration elapsed) {
  const SteadyTime now = clock_.SteadyNow();
  --load_;
  average_ = average_ <= absl::ZeroDuration() ? elapsed : (7 * average_ + elapsed) / 8;
  ++status_.attempts[static_cast<std::size_t>(outcome.kind)];
  if (IsCausedByMessage(id, outcome.kind)) {
    status_.last_error = outcome.error;
    return;
  }
  UpdateStatus(outcome);
  UpdateCircuit(outcome, now);
  if (circuit_.StateAt(now) == CircuitState::kOpen) accepts_ = false;
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

void ProviderQueue::UpdateCircuit(const SendOutcome& outcome, SteadyTime now) {
  switch (outcome.kind) {
    case Kind::kUnreachable:
    case Kind::kUnknown:
      return circuit_.Fail(now);
    case Kind::kConfig:
      return circuit_.ForceOpen(now);
    case Kind::kRefused:
      // The provider accepts other messages, so the refusal counts as an ordinary failure.
      if (accepts_) {
        circuit_.Fail(now);
      } else {
        circuit_.ForceOpen(now);
      }
      status_.misconfigured = status_.misconfigured || circuit_.StateAt(now) == CircuitState::kOpen;
      return;
    case Kind::kRetry:
      if (outcome.retry_after) paused_until_ = now + *outcome.retry_after;
      return circuit_.Succeed(now);
    case Kind::kQuota:
      paused_until_ = now + outcome.retry_after.value_or(policy_.max_delay);
      return circuit_.Succeed(now);
    case Kind::kAccepted:
    case Kind::kRecipientRejected:
    case Kind::kMessageRejected:
      return circuit_.Succeed(now);
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
  return !probed_ || circuit_.StateAt(clock_.SteadyNow()) != CircuitState::kClosed;
}

void ProviderQueue::RecordProbe(const SendOutcome& outcome) {
  const SteadyTime now = clock_.SteadyNow();
  probed_ = true;
  UpdateStatus(outcome);
  if (outcome.kind == Kind::kAccepted) return circuit_.AllowProbe(now);
  if (outcome.kind == Kind::kConfig) circuit_.ForceOpen(now);
}

ProviderStatus ProviderQueue::Status() const {
  ProviderStatus status = status_;
  status.name = provider_.name();
  status.circuit = circuit_.StateAt(clock_.SteadyNow());
  status.available = IsAvailable();
  return status;
}

}  // namespace keelson
