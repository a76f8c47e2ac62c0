#include "core/notifications/dispatch_messages.h"

#include <algorithm>
#include <utility>

#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"
#include "core/notifications/resend_policy.h"

namespace keelson {
namespace {

std::string_view EventTypeOf(MessageState state) {
  switch (state) {
    case MessageState::kSent:
      return "message.sent";
    case MessageState::kDead:
      return "message.dead";
    case MessageState::kCancelled:
      return "message.cancelled";
    default:
      return "";
  }
}

std::vector<ProviderQueue> LanesOf(const std::vector<EmailProvider*>& providers, const DispatchPolicy& policy,
                                   Clock& clock) {
  std::vector<ProviderQueue> lanes;
  lanes.reserve(providers.size());
  for (EmailProvider* provider : providers) lanes.emplace_back(*provider, policy, clock);
  return lanes;
}

}  // namespace

DispatchMessages::DispatchMessages(const Ports& ports, std::vector<EmailProvider*> providers,
                                   DispatchPolicy policy)
    : ports_(ports),
      providers_(std::move(providers)),
      policy_(std::move(policy)),
      mail_(providers_.size()),
      lanes_(LanesOf(providers_, policy_, ports_.clock)),
      probed_(providers_.size()) {}

absl::StatusOr<bool> DispatchMessages::FlushAndClaim() {
  FlushBatch turn = BeginTurn(ports_.clock.Now());
  if (turn.changed.empty() && turn.renewed.empty()) {
    // An idle outbox costs a read, not a commit.
    const absl::StatusOr<bool> due = turn.room > 0 ? AnyDue(turn.now) : false;
    if (!due.ok() || !*due) return due;
  }
  if (absl::Status status = Write(turn); !status.ok()) {
    NoteUnwritten(turn);
    return status;
  }
  EndTurn(turn);
  const bool full = turn.room > 0 && static_cast<int>(turn.claimed.size()) == turn.room;
  for (Message& message : turn.claimed) Take(std::move(message), turn);
  const absl::MutexLock lock(&mutex_);
  return full || !unwritten_.empty();
}

DispatchMessages::FlushBatch DispatchMessages::BeginTurn(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  ReassignWaiting(now);
  FlushBatch turn;
  turn.now = now;
  turn.lease_until = now + policy_.lease;
  turn.steady_now = ports_.clock.SteadyNow();
  turn.lease_end = turn.steady_now + policy_.lease;
  for (const MessageId id : std::exchange(unwritten_, {})) {
    InFlightMessage& held = held_.at(id);
    held.listed = false;
    Message& message = turn.changed.emplace_back(held.message);
    if (message.state == MessageState::kSending) message.due_time = turn.lease_until;
  }
  AddRenewals(turn);
  turn.room = Capacity();
  return turn;
}

// Each quarter of a lease, so that three quarters of it are left when the store can't be reached. At once
// where the time of day has jumped forward: the leases look expired to every process then.
bool DispatchMessages::RenewalDue(const FlushBatch& turn) {
  if (turn.steady_now >= next_renewal_) return true;
  return std::any_of(held_.begin(), held_.end(), [&](const auto& entry) {
    const InFlightMessage& held = entry.second;
    return held.is_under_way() && held.message.due_time - turn.now < policy_.lease / 2;
  });
}

void DispatchMessages::AddRenewals(FlushBatch& turn) {
  if (!RenewalDue(turn)) return;
  const absl::Duration quarter = policy_.lease / 4;
  for (const auto& [id, held] : held_) {
    if (!held.is_under_way() || LeaseLeft(held, turn.now) > policy_.lease - quarter) continue;
    turn.renewed.emplace_back(held.message).due_time = turn.lease_until;
  }
  next_renewal_ = turn.steady_now + quarter;
}

// By the clock by which less is left. Other processes judge a lease by the time of day, so it ends early
// where that jumps forward, and no later where that is set back.
absl::Duration DispatchMessages::LeaseLeft(const InFlightMessage& held, absl::Time now) const {
  return std::min(held.message.due_time - now, held.lease_end - ports_.clock.SteadyNow());
}

absl::StatusOr<bool> DispatchMessages::AnyDue(absl::Time now) {
  bool any = false;
  const absl::Status status =
      ports_.store.Read(Deadline::After(kStoreTimeout), [&](ReadTransaction& tx) -> absl::Status {
        const absl::StatusOr<bool> due = tx.messages().AnyDue(now);
        if (due.ok()) any = *due;
        return due.status();
      });
  if (!status.ok()) return status;
  return any;
}

absl::Status DispatchMessages::Write(FlushBatch& turn) {
  return ports_.store.Write(Deadline::After(kStoreTimeout), [&](WriteTransaction& tx) -> absl::Status {
    turn.held.clear();
    turn.claimed.clear();
    for (const std::vector<Message>* messages : {&turn.changed, &turn.renewed}) {
      if (absl::Status status = Save(tx, *messages, turn); !status.ok()) return status;
    }
    if (turn.room == 0) return absl::OkStatus();
    absl::StatusOr<std::vector<Message>> claimed = tx.messages().Claim(turn.now, turn.lease_until, turn.room);
    if (!claimed.ok()) return claimed.status();
    turn.claimed = *std::move(claimed);
    return absl::OkStatus();
  });
}

absl::Status DispatchMessages::Save(WriteTransaction& tx, const std::vector<Message>& messages,
                                    FlushBatch& turn) {
  const absl::StatusOr<std::vector<bool>> saved = tx.messages().Save(messages);
  if (!saved.ok()) return saved.status();
  turn.held.insert(turn.held.end(), saved->begin(), saved->end());
  const CallContext context{"system", "", "", Deadline::Never()};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    const std::string_view event_type = EventTypeOf(message.state);
    if (!(*saved)[i] || event_type.empty()) continue;
    absl::Status told = tx.events().Append(
        MakeEvent(event_type, message.id.ToString(), message.user_id, context, turn.now,
                  EventPayload().Add("template", message.template_name).Add("provider", message.provider)));
    if (!told.ok()) return told;
  }
  return absl::OkStatus();
}

void DispatchMessages::EndTurn(const FlushBatch& turn) {
  const absl::MutexLock lock(&mutex_);
  auto saved = turn.held.begin();
  for (const std::vector<Message>* messages : {&turn.changed, &turn.renewed}) {
    for (const Message& message : *messages) *saved++ ? NoteWritten(message, turn) : NoteLost(message);
  }
}

void DispatchMessages::NoteUnwritten(const FlushBatch& turn) {
  const absl::MutexLock lock(&mutex_);
  for (const Message& message : turn.changed) {
    held_.at(message.id).listed = true;
    unwritten_.push_back(message.id);
  }
  next_renewal_ = SteadyTime::InfinitePast();
}

void DispatchMessages::NoteWritten(const Message& message, const FlushBatch& turn) {
  InFlightMessage& held = held_.at(message.id);
  // Changed once more since: another turn writes that.
  if (held.listed) return;
  if (held.stage == Stage::kEnded) {
    held_.erase(message.id);
    return;
  }
  held.message.due_time = turn.lease_until;
  held.lease_end = turn.lease_end;
  if (held.stage != Stage::kStarting) return;
  held.stage = Stage::kWaiting;
  lanes_[held.lane].Push(message.id);
  mail_[held.lane].Signal();
}

// What is under way comes to its end and is not written then; the rest is another's now.
void DispatchMessages::NoteLost(const Message& message) {
  ports_.log.Write(Severity::kWarning, "message.lease_lost", "another sender has taken a message over",
                   {{"message_id", message.id.ToString()}});
  const auto found = held_.find(message.id);
  const InFlightMessage& held = found->second;
  if (held.listed || held.stage == Stage::kSending) return;
  if (held.stage != Stage::kEnded) lanes_[held.lane].Release();
  held_.erase(found);
}

void DispatchMessages::Take(Message message, const FlushBatch& turn) {
  std::string error;
  if (!IsRendered(message)) {
    absl::StatusOr<RenderedMessage> content =
        ports_.renderer.Render(message.template_name, message.locale, message.variables);
    if (content.ok()) {
      message.content = *std::move(content);
    } else {
      error = std::string(content.status().message());
    }
  }
  const absl::MutexLock lock(&mutex_);
  const auto [place, is_new] = held_.try_emplace(message.id);
  InFlightMessage& held = place->second;
  held.lease_end = turn.lease_end;
  // It is under way here, and its lease ran out while the store could not be reached: the new one is ours as
  // well.
  if (!is_new) {
    held.message.lease_epoch = message.lease_epoch;
    held.message.due_time = message.due_time;
    return;
  }
  held.pin_before = message.pinned_provider;
  held.pin_time_before = message.pin_time;
  held.asked.resize(lanes());
  held.inexpressible.resize(lanes());
  held.message = std::move(message);
  if (!error.empty()) return MarkDead(held, error, turn.now);
  if (MayBeSent(held, turn.now) && !Assign(held, turn.now)) GiveBackUnasked(held, turn.now);
}

bool DispatchMessages::MayBeSent(InFlightMessage& held, absl::Time now) {
  Message& message = held.message;
  if (message.expire_time && *message.expire_time <= now) {
    message.last_error = "it expired before it could be sent";
    End(held, MessageState::kCancelled, now);
    return false;
  }
  // Every attempt ended its sender before the outcome was written.
  if (message.attempts > policy_.max_attempts) {
    MarkDead(held, "no attempt's outcome is known", now);
    return false;
  }
  if (held.pin_before.empty()) return true;
  const std::optional<std::size_t> lane = LaneOf(held.pin_before);
  if (!held.pin_time_before) {
    if (!lane) MarkDead(held, StrCat("the provider ", held.pin_before, " isn't configured any more"), now);
    return lane.has_value();
  }
  if (lane && lanes_[*lane].Recognizes(*held.pin_time_before, now)) return true;
  if (!IsSafeToResend(message.template_name)) {
    MarkDead(held, StrCat("it may have been sent by ", held.pin_before, ", which would not know a repeat"),
             now);
    return false;
  }
  held.pin_before.clear();
  held.pin_time_before.reset();
  return true;
}

// What waits for a provider that must not be asked any more goes to another, or back.
void DispatchMessages::ReassignWaiting(absl::Time now) {
  for (ProviderQueue& lane : lanes_) {
    if (lane.IsOpen()) continue;
    for (const MessageId id : lane.TakeWaiting()) {
      const auto found = held_.find(id);
      if (found == held_.end()) continue;
      lane.Release();
      if (!Assign(found->second, now)) GiveBackUnasked(found->second, now);
    }
  }
}

// False where no provider may be asked now. Until the outcome is known, for all that the store can tell the
// provider may have sent it.
bool DispatchMessages::Assign(InFlightMessage& held, absl::Time now) {
  const std::optional<std::size_t> lane = Choose(held);
  if (!lane) return false;
  held.lane = *lane;
  held.message.provider = providers_[*lane]->name();
  held.message.pinned_provider = held.message.provider;
  held.message.pin_time = held.pin_time_before.value_or(now);
  lanes_[*lane].Reserve();
  Enter(held, Stage::kStarting);
  return true;
}

std::optional<std::size_t> DispatchMessages::Choose(const InFlightMessage& held) {
  for (std::size_t lane = 0; lane < lanes(); ++lane) {
    if (MaySend(held, lane) && !held.asked[lane] && lanes_[lane].CanAccept()) return lane;
  }
  return std::nullopt;
}

std::optional<std::size_t> DispatchMessages::LaneOf(const std::string& provider) const {
  for (std::size_t lane = 0; lane < lanes(); ++lane) {
    if (providers_[lane]->name() == provider) return lane;
  }
  return std::nullopt;
}

bool DispatchMessages::MaySend(const InFlightMessage& held, std::size_t lane) const {
  return held.pin_before.empty() || held.pin_before == providers_[lane]->name();
}

// As many as those providers have room for that the next messages would be assigned to.
int DispatchMessages::Capacity() {
  if (stopped_) return 0;
  int room = 0;
  for (const ProviderQueue& lane : lanes_) {
    room += lane.Capacity();
    if (lane.Status().circuit == CircuitState::kClosed && lane.IsOpen()) break;
  }
  return room;
}

bool DispatchMessages::WaitForPendingUpdates(absl::Duration longest) {
  const Deadline deadline = Deadline::After(longest);
  const absl::MutexLock lock(&mutex_);
  while (unwritten_.empty() && !stopped_ && books_.WaitUntil(&mutex_, deadline)) {
  }
  return !stopped_;
}

void DispatchMessages::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  books_.SignalAll();
  for (ConditionVariable& mail : mail_) mail.SignalAll();
}

absl::Status DispatchMessages::Close() {
  {
    const absl::Time now = ports_.clock.Now();
    const absl::MutexLock lock(&mutex_);
    for (auto& [id, held] : held_) {
      if (held.stage == Stage::kStarting || held.stage == Stage::kWaiting) ReleaseClaim(held, now);
    }
  }
  return FlushAndClaim().status();
}

std::vector<ProviderStatus> DispatchMessages::ListProviders() const {
  const absl::MutexLock lock(&mutex_);
  return Statuses();
}

std::vector<ProviderStatus> DispatchMessages::Statuses() const {
  std::vector<ProviderStatus> statuses;
  for (const ProviderQueue& lane : lanes_) statuses.push_back(lane.Status());
  return statuses;
}

}  // namespace keelson
