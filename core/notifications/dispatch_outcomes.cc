// The sending half of DispatchMessages: what is handed to a provider, and what its answer means for a
// message.
#include <algorithm>
#include <utility>

#include "core/common/backoff.h"
#include "core/common/strings.h"
#include "core/notifications/dispatch_messages.h"
#include "core/notifications/resend_policy.h"

namespace keelson {
namespace {

// What is kept of a provider's words.
constexpr std::size_t kMaxError = 500;

using Kind = SendOutcome::Kind;

// No more than kMaxError bytes, and no character cut in two.
std::string Shortened(std::string_view words) {
  std::size_t size = std::min(words.size(), kMaxError);
  while (size > 0 && size < words.size() && (static_cast<unsigned char>(words[size]) & 0xc0) == 0x80) --size;
  return std::string(words.substr(0, size));
}

// The recipient's system defers the message: so it would for any other provider.
bool IsAboutRecipient(const SendOutcome& outcome) {
  return outcome.kind == Kind::kRetry && !outcome.retry_after;
}

}  // namespace

void DispatchMessages::WaitForReady(std::size_t lane, absl::Duration longest) {
  const Deadline deadline = Deadline::After(longest);
  const absl::MutexLock lock(&mutex_);
  while (!stopped_ && !deadline.expired()) {
    const absl::Duration wait = lanes_[lane].TimeUntilReady();
    if (wait <= absl::ZeroDuration()) return;
    mail_[lane].WaitUntil(&mutex_, std::min(deadline, Deadline::After(wait)));
  }
}

absl::Duration DispatchMessages::LongestSend(std::size_t lane) const {
  return policy_.timeout + providers_[lane]->longest_overrun();
}

bool DispatchMessages::SendNext(std::size_t lane) {
  Email email;
  const SteadyTime began = ports_.clock.SteadyNow();
  {
    const absl::MutexLock lock(&mutex_);
    const InFlightMessage* held = stopped_ ? nullptr : NextOf(lane, ports_.clock.Now());
    if (held == nullptr) return false;
    const Message& message = held->message;
    email = {message.id, policy_.from, message.to, message.content, message.create_time};
  }
  ApplyOutcome(email, lane, providers_[lane]->Send(email, Deadline::After(policy_.timeout)), began);
  return true;
}

DispatchMessages::InFlightMessage* DispatchMessages::NextOf(std::size_t lane, absl::Time now) {
  while (const std::optional<MessageId> id = lanes_[lane].Next()) {
    const auto found = held_.find(*id);
    if (found == held_.end()) continue;
    InFlightMessage& held = found->second;
    // The store could not be reached for a while: first it must say that the message is still ours.
    if (LeaseLeft(held, now) < std::min(policy_.timeout, policy_.lease / 2)) {
      Enter(held, Stage::kStarting);
      continue;
    }
    held.stage = Stage::kSending;
    return &held;
  }
  return nullptr;
}

void DispatchMessages::ApplyOutcome(const Email& email, std::size_t lane, const SendOutcome& outcome,
                                    SteadyTime began) {
  const absl::Time now = ports_.clock.Now();
  const absl::MutexLock lock(&mutex_);
  lanes_[lane].Note(email.id, outcome, ports_.clock.SteadyNow() - began);
  if (outcome.kind != Kind::kAccepted) {
    ports_.log.Write(Severity::kWarning, "message.refused", "an e-mail provider did not take a message",
                     {{"provider", providers_[lane]->name()},
                      {"message_id", email.id.ToString()},
                      {"error", outcome.error}});
  }
  InFlightMessage& held = held_.at(email.id);
  held.message.last_error = Shortened(outcome.error);
  ApplyOutcome(held, outcome, now);
}

void DispatchMessages::ApplyOutcome(InFlightMessage& held, const SendOutcome& outcome, absl::Time now) {
  switch (outcome.kind) {
    case Kind::kAccepted:
      held.message.provider_message_id = outcome.provider_message_id;
      held.message.send_time = now;
      return End(held, MessageState::kSent, now);
    case Kind::kRecipientRejected:
    case Kind::kMessageRejected:
      return MarkDead(held, held.message.last_error, now);
    case Kind::kUnknown:
      return ConcludeUnknown(held, now);
    case Kind::kRetry:
    case Kind::kUnreachable:
    case Kind::kQuota:
    case Kind::kConfig:
    case Kind::kNotExpressible:
    case Kind::kRefused:
      return ConcludeUnsent(held, outcome, now);
  }
}

void DispatchMessages::ConcludeUnknown(InFlightMessage& held, absl::Time now) {
  Message& message = held.message;
  if (lanes_[held.lane].Recognizes(*message.pin_time, now)) {
    // A repeat does no harm, so it costs no attempt.
    held.pin_before = message.pinned_provider;
    held.pin_time_before = message.pin_time;
    return ReleaseClaim(held, WhenAsked(held, now));
  }
  if (!IsSafeToResend(message.template_name)) {
    return MarkDead(held, StrCat("it may have been sent: ", message.last_error), now);
  }
  message.pinned_provider = held.pin_time_before ? "" : held.pin_before;
  message.pin_time.reset();
  ScheduleRetry(held, now);
}

void DispatchMessages::ConcludeUnsent(InFlightMessage& held, const SendOutcome& outcome, absl::Time now) {
  held.message.pinned_provider = held.pin_before;
  held.message.pin_time = held.pin_time_before;
  held.asked[held.lane] = true;
  held.inexpressible[held.lane] = outcome.kind == Kind::kNotExpressible;
  if (IsAboutRecipient(outcome)) return ScheduleRetry(held, now);
  if (Assign(held, now)) return;
  if (!CanAnyExpress(held)) return MarkDead(held, held.message.last_error, now);
  ReleaseClaim(held, WhenAsked(held, now));
}

bool DispatchMessages::CanAnyExpress(const InFlightMessage& held) const {
  for (std::size_t lane = 0; lane < lanes(); ++lane) {
    if (MaySend(held, lane) && !held.inexpressible[lane]) return true;
  }
  return false;
}

void DispatchMessages::End(InFlightMessage& held, MessageState state, absl::Time now) {
  EndMessage(held.message, state, now);
  Enter(held, Stage::kEnded);
}

void DispatchMessages::MarkDead(InFlightMessage& held, const std::string& why, absl::Time now) {
  held.message.last_error = Shortened(why);
  ports_.log.Write(Severity::kError, "message.dead", "a message will not be sent",
                   {{"message_id", held.message.id.ToString()}, {"error", held.message.last_error}});
  End(held, MessageState::kDead, now);
}

void DispatchMessages::ScheduleRetry(InFlightMessage& held, absl::Time now) {
  Message& message = held.message;
  if (message.attempts >= policy_.max_attempts) return MarkDead(held, message.last_error, now);
  message.state = MessageState::kQueued;
  message.due_time =
      now + FullJitter(ports_.entropy, policy_.base_delay, policy_.max_delay, message.attempts);
  Enter(held, Stage::kEnded);
}

void DispatchMessages::ReleaseClaim(InFlightMessage& held, absl::Time due) {
  Message& message = held.message;
  message.pinned_provider = held.pin_before;
  message.pin_time = held.pin_time_before;
  message.state = MessageState::kQueued;
  message.due_time = due;
  --message.attempts;
  Enter(held, Stage::kEnded);
}

void DispatchMessages::GiveBackUnasked(InFlightMessage& held, absl::Time now) {
  const std::string reason = ExplainUnavailable(Statuses(), held.pin_before);
  if (!reason.empty()) held.message.last_error = Shortened(reason);
  ReleaseClaim(held, WhenAsked(held, now));
}

// When a provider that may send the message can be asked again; not at once, since none could be now, and
// later each time that the providers fail with it.
absl::Time DispatchMessages::WhenAsked(const InFlightMessage& held, absl::Time now) {
  absl::Duration soonest = absl::InfiniteDuration();
  int failures = 1;
  for (std::size_t lane = 0; lane < lanes(); ++lane) {
    if (!MaySend(held, lane) || held.inexpressible[lane]) continue;
    soonest = std::min(soonest, lanes_[lane].TimeUntilOpen());
    failures = std::max(failures, lanes_[lane].CountFailures(held.message.id));
  }
  const absl::Duration jitter = FullJitter(ports_.entropy, policy_.base_delay, policy_.max_delay, failures);
  // Whole microseconds, as every stored time.
  return now + absl::Ceil(std::max(soonest, jitter), absl::Microseconds(1));
}

void DispatchMessages::Enter(InFlightMessage& held, Stage stage) {
  held.stage = stage;
  if (held.listed) return;
  held.listed = true;
  unwritten_.push_back(held.message.id);
  books_.Signal();
}

void DispatchMessages::ProbeProviders() {
  for (std::size_t lane = 0; lane < lanes(); ++lane) {
    {
      const absl::MutexLock lock(&mutex_);
      const bool known = probed_[lane];
      probed_[lane] = true;
      if (known && lanes_[lane].Status().circuit == CircuitState::kClosed) continue;
    }
    const SendOutcome outcome = providers_[lane]->Probe(Deadline::After(policy_.timeout));
    const absl::MutexLock lock(&mutex_);
    lanes_[lane].NoteProbe(outcome);
    if (outcome.kind == Kind::kAccepted) continue;
    ports_.log.Write(outcome.kind == Kind::kConfig ? Severity::kError : Severity::kWarning,
                     "provider.unusable", "an e-mail provider can't be used",
                     {{"provider", providers_[lane]->name()}, {"error", outcome.error}});
  }
}

}  // namespace keelson
