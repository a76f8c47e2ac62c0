#include "core/notifications/dispatch_messages.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/common/backoff.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxErrorBytes = 500;

// Truncates a UTF-8 text to kMaxErrorBytes, without cutting a character.
std::string TruncateError(std::string_view error) {
  std::size_t size = std::min(error.size(), kMaxErrorBytes);
  while (size > 0 && size < error.size() && (static_cast<unsigned char>(error[size]) & 0xc0) == 0x80) --size;
  return std::string(error.substr(0, size));
}

std::vector<ProviderQueue> MakeQueues(const std::vector<EmailProvider*>& providers,
                                      const DispatchPolicy& policy, Clock& clock) {
  std::vector<ProviderQueue> queues;
  queues.reserve(providers.size());
  for (const EmailProvider* provider : providers) queues.emplace_back(*provider, policy, clock);
  return queues;
}

// Renders the message only before its first attempt, so that every attempt sends the same bytes.
absl::Status RenderOnce(const MessageRenderer& renderer, Message& message) {
  if (IsRendered(message)) return absl::OkStatus();
  ASSIGN_OR_RETURN(message.content,
                   renderer.Render(message.template_name, message.locale, message.variables));
  return absl::OkStatus();
}

}  // namespace

DispatchMessages::DispatchMessages(const Ports& ports, std::vector<EmailProvider*> providers,
                                   DispatchPolicy policy)
    : ports_(ports),
      providers_(std::move(providers)),
      policy_(std::move(policy)),
      ready_(providers_.size()),
      lease_(policy_, ports_.clock, ports_.log),
      queues_(MakeQueues(providers_, policy_, ports_.clock)) {}

absl::StatusOr<bool> DispatchMessages::FlushAndClaim() {
  FlushBatch batch = BeginFlush();
  if (batch.messages.empty()) {
    // Polling an empty outbox costs a read, not a commit.
    ASSIGN_OR_RETURN(const bool is_due, IsAnyDue(ports_.store, batch));
    if (!is_due) return false;
  }
  if (absl::Status status = WriteBatch(ports_.store, batch); !status.ok()) {
    const absl::MutexLock lock(&mutex_);
    lease_.AbortFlush(batch);
    return status;
  }
  EndFlush(batch);
  const bool is_full = batch.is_full();
  for (Message& message : batch.claimed) AddClaimed(std::move(message), batch);
  const absl::MutexLock lock(&mutex_);
  return is_full || lease_.has_pending_updates();
}

FlushBatch DispatchMessages::BeginFlush() {
  const absl::Time now = ports_.clock.Now();
  const absl::MutexLock lock(&mutex_);
  RerouteWaitingMessages(now);
  return lease_.BeginFlush(now, Capacity());
}

void DispatchMessages::EndFlush(const FlushBatch& batch) {
  const absl::MutexLock lock(&mutex_);
  const OutboxLease::FlushResult result = lease_.EndFlush(batch);
  for (const InFlightMessage* in_flight : result.ready) {
    queues_[in_flight->route.provider].Push(in_flight->message.id);
    ready_[in_flight->route.provider].Signal();
  }
  for (const InFlightMessage& lost : result.lost) queues_[lost.route.provider].Remove(lost.message.id);
}

void DispatchMessages::AddClaimed(Message message, const FlushBatch& batch) {
  const absl::Status rendered = RenderOnce(ports_.renderer, message);
  const absl::MutexLock lock(&mutex_);
  InFlightMessage* in_flight = lease_.Add(std::move(message), batch);
  if (in_flight == nullptr) return;
  in_flight->route.tries.resize(provider_count());
  const RoutingDecision decision = rendered.ok()
                                       ? RouteClaimed(FactsOf(*in_flight, batch.now))
                                       : RoutingDecision{.action = RoutingDecision::Action::kMarkDead,
                                                         .reason = std::string(rendered.message())};
  ApplyDecision(decision, *in_flight, batch.now);
}

void DispatchMessages::RerouteWaitingMessages(absl::Time now) {
  for (ProviderQueue& queue : queues_) {
    if (queue.IsOpen()) continue;
    for (const MessageId id : queue.TakeWaiting()) {
      InFlightMessage& in_flight = lease_.Get(id);
      ApplyDecision(RerouteWaiting(FactsOf(in_flight, now)), in_flight, now);
    }
  }
}

// Number of messages to claim: the sum of the capacities of the providers in failover order, up to the first
// available provider, because later providers receive messages only after a failover.
int DispatchMessages::Capacity() const {
  if (stopped_) return 0;
  int capacity = 0;
  for (const ProviderQueue& queue : queues_) {
    capacity += queue.Capacity();
    if (queue.IsAvailable()) break;
  }
  return capacity;
}

bool DispatchMessages::SendNext(std::size_t provider) {
  const SteadyTime start = ports_.clock.SteadyNow();
  const std::optional<Email> email = StartNext(provider);
  if (!email) return false;
  const SendOutcome outcome = providers_[provider]->Send(*email, Deadline::After(policy_.timeout));
  ApplyOutcome(email->id, provider, outcome, ports_.clock.SteadyNow() - start);
  return true;
}

std::optional<Email> DispatchMessages::StartNext(std::size_t provider) {
  const absl::MutexLock lock(&mutex_);
  while (!stopped_) {
    const std::optional<MessageId> id = queues_[provider].Pop();
    if (!id) break;
    InFlightMessage& in_flight = lease_.Get(*id);
    if (lease_.StartSending(in_flight)) {
      const Message& message = in_flight.message;
      return Email{message.id, policy_.from, message.to, message.content, message.create_time};
    }
    pending_updates_.Signal();
  }
  return std::nullopt;
}

void DispatchMessages::ApplyOutcome(MessageId id, std::size_t provider, const SendOutcome& outcome,
                                    absl::Duration elapsed) {
  const bool accepted = outcome.kind == SendOutcome::Kind::kAccepted;
  if (!accepted) {
    ports_.log.Write(Severity::kWarning, "message.refused",
                     "an e-mail provider did not confirm that it accepted a message",
                     {{"provider", providers_[provider]->name()},
                      {"message_id", id.ToString()},
                      {"error", outcome.error}});
  }
  const absl::Time now = ports_.clock.Now();
  const absl::MutexLock lock(&mutex_);
  queues_[provider].RecordOutcome(id, outcome, elapsed);
  InFlightMessage& in_flight = lease_.Get(id);
  in_flight.route.RecordTry(outcome.kind);
  in_flight.message.last_error = TruncateError(outcome.error);
  if (accepted) {
    in_flight.message.provider_message_id = outcome.provider_message_id;
    in_flight.message.send_time = now;
  }
  ApplyDecision(RouteAfterAttempt(FactsOf(in_flight, now), outcome), in_flight, now);
  pending_updates_.Signal();
}

RoutingFacts DispatchMessages::FactsOf(const InFlightMessage& in_flight, absl::Time now) const {
  RoutingFacts facts{in_flight.message, in_flight.route, {}, policy_.max_attempts, now};
  facts.providers.reserve(queues_.size());
  for (const ProviderQueue& queue : queues_) {
    facts.providers.push_back(queue.FactsFor(in_flight.message.id));
  }
  return facts;
}

void DispatchMessages::ApplyDecision(const RoutingDecision& decision, InFlightMessage& in_flight,
                                     absl::Time now) {
  using Action = RoutingDecision::Action;
  Message& message = in_flight.message;
  in_flight.route.pin = decision.pin;
  if (!decision.reason.empty()) message.last_error = TruncateError(decision.reason);
  switch (decision.action) {
    case Action::kSend:
      return Assign(in_flight, decision.provider, now);
    case Action::kMarkSent:
      return lease_.End(in_flight, MessageState::kSent, now);
    case Action::kMarkDead:
      ports_.log.Write(
          Severity::kError, "message.dead",
          "a message is DEAD; if `error` shows that it was not sent, call RetryMessage to queue it again",
          {{"message_id", message.id.ToString()}, {"error", message.last_error}});
      return lease_.End(in_flight, MessageState::kDead, now);
    case Action::kCancel:
      return lease_.End(in_flight, MessageState::kCancelled, now);
    case Action::kScheduleRetry:
      return lease_.ScheduleRetry(in_flight, NextAttemptTime(decision, now));
    case Action::kReleaseUnrouted:
      if (const std::string reason = ExplainUnavailable(Statuses(), decision.pin.provider); !reason.empty()) {
        message.last_error = TruncateError(reason);
      }
      return lease_.Release(in_flight, NextAttemptTime(decision, now));
    case Action::kReleaseClaim:
      return lease_.Release(in_flight, NextAttemptTime(decision, now));
  }
}

// Pins the message to the provider: if the process is killed after the assignment is saved, the provider may
// have sent a copy.
void DispatchMessages::Assign(InFlightMessage& in_flight, std::size_t provider, absl::Time now) {
  in_flight.route.provider = provider;
  in_flight.message.provider = providers_[provider]->name();
  in_flight.message.pinned_provider = in_flight.message.provider;
  in_flight.message.pin_time = in_flight.route.pin.time.value_or(now);
  queues_[provider].Reserve();
  lease_.RecordAssignment(in_flight);
}

absl::Time DispatchMessages::NextAttemptTime(const RoutingDecision& decision, absl::Time now) const {
  const absl::Duration jitter =
      FullJitter(ports_.entropy, policy_.base_delay, policy_.max_delay, decision.backoff_attempt);
  // Rounds up to whole microseconds, the resolution of stored times.
  return now + absl::Ceil(std::max(decision.min_delay, jitter), absl::Microseconds(1));
}

absl::Duration DispatchMessages::LongestSend(std::size_t provider) const {
  return policy_.timeout + providers_[provider]->longest_overrun();
}

void DispatchMessages::ProbeProviders() {
  for (std::size_t provider = 0; provider < provider_count(); ++provider) {
    {
      const absl::MutexLock lock(&mutex_);
      if (!queues_[provider].NeedsProbe()) continue;
    }
    const SendOutcome outcome = providers_[provider]->Probe(Deadline::After(policy_.timeout));
    {
      const absl::MutexLock lock(&mutex_);
      queues_[provider].RecordProbe(outcome);
    }
    if (outcome.kind == SendOutcome::Kind::kAccepted) continue;
    const bool misconfigured = outcome.kind == SendOutcome::Kind::kConfig;
    ports_.log.Write(misconfigured ? Severity::kError : Severity::kWarning, "provider.unusable",
                     misconfigured ? "an e-mail provider rejects its configuration; correct the "
                                     "configuration and restart the service"
                                   : "the health probe of an e-mail provider failed",
                     {{"provider", providers_[provider]->name()}, {"error", outcome.error}});
  }
}

bool DispatchMessages::WaitForPendingUpdates(absl::Duration timeout) {
  const Deadline deadline = Deadline::After(timeout);
  const absl::MutexLock lock(&mutex_);
  while (!lease_.has_pending_updates() && !stopped_ && pending_updates_.WaitUntil(&mutex_, deadline)) {
  }
  return !stopped_;
}

void DispatchMessages::WaitForReady(std::size_t provider, absl::Duration timeout) {
  const Deadline deadline = Deadline::After(timeout);
  const absl::MutexLock lock(&mutex_);
  while (!stopped_ && !deadline.expired()) {
    const absl::Duration wait = queues_[provider].TimeUntilReady();
    if (wait <= absl::ZeroDuration()) return;
    ready_[provider].WaitUntil(&mutex_, std::min(deadline, Deadline::After(wait)));
  }
}

void DispatchMessages::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  pending_updates_.SignalAll();
  for (ConditionVariable& ready : ready_) ready.SignalAll();
}

absl::Status DispatchMessages::Close() {
  {
    const absl::Time now = ports_.clock.Now();
    const absl::MutexLock lock(&mutex_);
    for (ProviderQueue& queue : queues_) queue.TakeWaiting();
    lease_.ReleaseUnsent(now);
  }
  return FlushAndClaim().status();
}

std::vector<ProviderStatus> DispatchMessages::ListProviders() const {
  const absl::MutexLock lock(&mutex_);
  return Statuses();
}

std::vector<ProviderStatus> DispatchMessages::Statuses() const {
  std::vector<ProviderStatus> statuses;
  statuses.reserve(queues_.size());
  for (const ProviderQueue& queue : queues_) statuses.push_back(queue.Status());
  return statuses;
}

}  // namespace keelson
