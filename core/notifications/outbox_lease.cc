#include "core/notifications/outbox_lease.h"

#include <algorithm>
#include <utility>

namespace keelson {

InFlightMessage* OutboxLease::Add(Message message, const FlushBatch& batch) {
  const auto [entry, is_new] = in_flight_.try_emplace(message.id);
  InFlightMessage& in_flight = entry->second;
  in_flight.lease_end = batch.lease_end;
  if (!is_new) {
    in_flight.message.lease_epoch = message.lease_epoch;
    in_flight.message.due_time = message.due_time;
    return nullptr;
  }
  in_flight.route.pin = {message.pinned_provider, message.pin_time};
  in_flight.message = std::move(message);
  return &in_flight;
}

void OutboxLease::RecordAssignment(InFlightMessage& in_flight) {
  in_flight.stage = Stage::kAssigned;
  AddPendingUpdate(in_flight);
}

bool OutboxLease::StartSending(InFlightMessage& in_flight) {
  if (LeaseLeft(in_flight, clock_.Now()) < std::min(policy_.timeout, policy_.lease / 2)) {
    RecordAssignment(in_flight);
    return false;
  }
  in_flight.stage = Stage::kSending;
  return true;
}

void OutboxLease::End(InFlightMessage& in_flight, MessageState state, absl::Time now) {
  EndMessage(in_flight.message, state, now);
  in_flight.stage = Stage::kEnded;
  AddPendingUpdate(in_flight);
}

void OutboxLease::ScheduleRetry(InFlightMessage& in_flight, absl::Time due) {
  Message& message = in_flight.message;
  message.pinned_provider = in_flight.route.pin.provider;
  message.pin_time = in_flight.route.pin.time;
  message.state = MessageState::kQueued;
  message.due_time = due;
  in_flight.stage = Stage::kEnded;
  AddPendingUpdate(in_flight);
}

void OutboxLease::Release(InFlightMessage& in_flight, absl::Time due) {
  --in_flight.message.attempts;
  ScheduleRetry(in_flight, due);
}

void OutboxLease::ReleaseUnsent(absl::Time now) {
  for (auto& [id, in_flight] : in_flight_) {
    if (in_flight.stage == Stage::kAssigned || in_flight.stage == Stage::kReady) Release(in_flight, now);
  }
}

FlushBatch OutboxLease::BeginFlush(absl::Time now, int capacity) {
  FlushBatch batch;
  batch.capacity = capacity;
  batch.now = now;
  batch.lease_until = now + policy_.lease;
  batch.lease_end = clock_.SteadyNow() + policy_.lease;
  for (const MessageId id : std::exchange(pending_updates_, {})) {
    InFlightMessage& in_flight = Get(id);
    in_flight.has_pending_update = false;
    Message& message = batch.messages.emplace_back(in_flight.message);
    if (message.state == MessageState::kSending) message.due_time = batch.lease_until;
  }
  batch.update_count = batch.messages.size();
  AddRenewals(batch);
  return batch;
}

OutboxLease::FlushResult OutboxLease::EndFlush(const FlushBatch& batch) {
  FlushResult result;
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    InFlightMessage& in_flight = Get(batch.messages[i].id);
    batch.saved[i] ? RecordSaved(in_flight, batch, result) : RecordLost(in_flight, result);
  }
  return result;
}

void OutboxLease::AbortFlush(const FlushBatch& batch) {
  for (std::size_t i = 0; i < batch.update_count; ++i) AddPendingUpdate(Get(batch.messages[i].id));
  next_renewal_ = SteadyTime::InfinitePast();
}

absl::Duration OutboxLease::LeaseLeft(const InFlightMessage& in_flight, absl::Time now) const {
  return std::min(in_flight.message.due_time - now, in_flight.lease_end - clock_.SteadyNow());
}

bool OutboxLease::IsRenewalDue(const FlushBatch& batch) const {
  if (batch.lease_end - policy_.lease >= next_renewal_) return true;
  return std::any_of(in_flight_.begin(), in_flight_.end(), [&](const auto& entry) {
    const InFlightMessage& in_flight = entry.second;
    return in_flight.is_leased_only() && in_flight.message.due_time - batch.now < policy_.lease / 2;
  });
}

void OutboxLease::AddRenewals(FlushBatch& batch) {
  if (!IsRenewalDue(batch)) return;
  const absl::Duration rest = policy_.lease - policy_.lease / 4;
  for (const auto& [id, in_flight] : in_flight_) {
    if (!in_flight.is_leased_only() || LeaseLeft(in_flight, batch.now) > rest) continue;
    batch.messages.emplace_back(in_flight.message).due_time = batch.lease_until;
  }
  next_renewal_ = batch.lease_end - rest;
}

void OutboxLease::RecordSaved(InFlightMessage& in_flight, const FlushBatch& batch, FlushResult& result) {
  // The message changed while its lease was renewed: the next flush saves it.
  if (in_flight.has_pending_update) return;
  if (in_flight.stage == Stage::kEnded) {
    const MessageId id = in_flight.message.id;
    in_flight_.erase(id);
    return;
  }
  in_flight.message.due_time = batch.lease_until;
  in_flight.lease_end = batch.lease_end;
  if (in_flight.stage != Stage::kAssigned) return;
  in_flight.stage = Stage::kReady;
  result.ready.push_back(&in_flight);
}

// An attempt in progress continues, but its outcome is not saved.
void OutboxLease::RecordLost(InFlightMessage& in_flight, FlushResult& result) {
  log_.Write(Severity::kWarning, "message.lease_lost",
             "the lease of a message was lost: another process claimed the message, or its user was erased",
             {{"message_id", in_flight.message.id.ToString()}});
  if (in_flight.has_pending_update || in_flight.stage == Stage::kSending) return;
  const MessageId id = in_flight.message.id;
  auto node = in_flight_.extract(id);
  if (node.mapped().stage != Stage::kEnded) result.lost.push_back(std::move(node.mapped()));
}

void OutboxLease::AddPendingUpdate(InFlightMessage& in_flight) {
  if (std::exchange(in_flight.has_pending_update, true)) return;
  pending_updates_.push_back(in_flight.message.id);
}

}  // namespace keelson
