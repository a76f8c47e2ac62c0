#include "core/notifications/provider_queue.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// A lane is filled for this long, so that its senders don't wait for the store between two messages.
constexpr absl::Duration kFilledFor = absl::Milliseconds(250);

}  // namespace

absl::Duration ProviderQueue::TimeUntilOpen() const {
  return std::max(OpensAt() - clock_.SteadyNow(), absl::ZeroDuration());
}

bool ProviderQueue::IsOpen() const {
  const SteadyTime now = clock_.SteadyNow();
  return now >= paused_until_ && circuit_.StateAt(now) != CircuitState::kOpen;
}

bool ProviderQueue::CanAccept() const {
  const SteadyTime now = clock_.SteadyNow();
  return now >= paused_until_ && circuit_.Permits(now, load_) > 0;
}

int ProviderQueue::Capacity() const {
  const SteadyTime now = clock_.SteadyNow();
  if (now < paused_until_) return 0;
  return std::clamp(Target() - load_, 0, circuit_.Permits(now, load_));
}

// What waits here when the process is killed may have been sent, for all that the store can tell: where the
// provider does not tell repeats apart, that is one for each sender.
int ProviderQueue::Target() const {
  const int least = 2 * policy_.concurrency;
  if (provider_.repeat_window() <= absl::ZeroDuration() || average_ <= absl::ZeroDuration()) return least;
  const double wanted = policy_.concurrency * absl::FDivDuration(kFilledFor, average_);
  return static_cast<int>(std::clamp<double>(wanted, least, std::max(least, kMaxLoad)));
}

bool ProviderQueue::Recognizes(absl::Time first, absl::Time now) const {
  return now - first < provider_.repeat_window();
}

std::optional<MessageId> ProviderQueue::Next() {
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

std::deque<MessageId> ProviderQueue::TakeWaiting() {
  return std::exchange(waiting_, {});
}

void ProviderQueue::Note(MessageId id, const SendOutcome& outcome, absl::Duration took) {
  const SteadyTime now = clock_.SteadyNow();
  --load_;
  average_ = average_ <= absl::ZeroDuration() ? took : (7 * average_ + took) / 8;
  ++status_.attempts[static_cast<std::size_t>(outcome.kind)];
  if (IsCausedByMessage(id, outcome.kind)) {
    status_.last_error = outcome.error;
    return;
  }
  NoteState(outcome);
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
      // While the provider accepts other messages, one that it refuses is a failure among others.
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
      // Decided before the provider was asked, as a rule.
      return;
  }
}

void ProviderQueue::NoteState(const SendOutcome& outcome) {
  if (outcome.kind != Kind::kAccepted) status_.last_error = outcome.error;
  switch (outcome.kind) {
    // These say nothing about the configuration; a refusal counts once the circuit opens.
    case Kind::kUnreachable:
    case Kind::kUnknown:
    case Kind::kNotExpressible:
    case Kind::kRefused:
      return;
    default:
      status_.misconfigured = outcome.kind == Kind::kConfig;
  }
}

void ProviderQueue::NoteProbe(const SendOutcome& outcome) {
  const SteadyTime now = clock_.SteadyNow();
  NoteState(outcome);
  if (outcome.kind == Kind::kAccepted) return circuit_.AllowProbe(now);
  if (outcome.kind == Kind::kConfig) circuit_.ForceOpen(now);
}

ProviderStatus ProviderQueue::Status() const {
  ProviderStatus status = status_;
  status.name = provider_.name();
  const SteadyTime now = clock_.SteadyNow();
  status.circuit = circuit_.StateAt(now);
  status.available = now >= paused_until_ && status.circuit == CircuitState::kClosed;
  return status;
}

}  // namespace keelson
