#include "adapters/store/memory/messages.h"

#include <algorithm>

#include "adapters/store/memory/expired_rows.h"
#include "adapters/store/memory/listing.h"
#include "core/notifications/message_repository.h"

namespace keelson {
namespace {

bool Matches(const MessageFilter& filter, const Message& message) {
  return MatchesCommon(filter, message) && (!filter.user_id || message.user_id == *filter.user_id) &&
         (filter.to_key.empty() || message.to_key == filter.to_key);
}

bool IsOwed(const Message& message) {
  return message.state == MessageState::kQueued || message.state == MessageState::kSending;
}

}  // namespace

Found<Message> MemoryMessages::Find(MessageId id) {
  const Message* message = messages_.Find(id);
  return message ? std::optional<Message>(*message) : std::nullopt;
}

absl::StatusOr<std::vector<Message>> MemoryMessages::List(const MessageFilter& filter,
                                                          std::optional<ListPosition> before, int limit) {
  return ListNewestFirst(
      by_position_.rows(), messages_.rows(), [&](const Message& message) { return Matches(filter, message); },
      before, limit);
}

absl::StatusOr<bool> MemoryMessages::AnyDue(absl::Time now) {
  return !due_.rows().empty() && due_.rows().begin()->first.first <= now;
}

void MemoryMessages::Put(const Message& message) {
  if (const Message* old = messages_.Find(message.id)) {
    due_.Erase({old->due_time, old->id});
    queued_.Erase({old->user_id, old->id});
  }
  if (IsOwed(message)) due_.Put({message.due_time, message.id}, {});
  if (message.state == MessageState::kQueued) queued_.Put({message.user_id, message.id}, {});
  by_position_.Put(PositionOf(message), message.id);
  messages_.Put(message.id, message);
}

absl::Status MemoryMessages::Insert(const Message& message) {
  if (messages_.Find(message.id) != nullptr)
    return journal_.Fail(absl::InternalError("a message with this id already exists"));
  Put(message);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Message>> MemoryMessages::Claim(absl::Time now, absl::Time lease_until,
                                                           int limit) {
  std::vector<Message> claimed;
  for (const auto& [key, nothing] : due_.rows()) {
    if (key.first > now || static_cast<int>(claimed.size()) >= limit) break;
    claimed.push_back(*messages_.Find(key.second));
  }
  for (Message& message : claimed) {
    message.state = MessageState::kSending;
    message.due_time = lease_until;
    ++message.attempts;
    ++message.lease_epoch;
    Put(message);
  }
  return claimed;
}

absl::StatusOr<std::vector<bool>> MemoryMessages::Save(std::span<const Message> messages) {
  std::vector<bool> saved;
  for (const Message& message : messages) saved.push_back(Save(message));
  return saved;
}

bool MemoryMessages::Save(const Message& message) {
  const Message* current = messages_.Find(message.id);
  if (current == nullptr || current->state != MessageState::kSending ||
      current->lease_epoch != message.lease_epoch) {
    return false;
  }
  Put(message);
  return true;
}

absl::Status MemoryMessages::Update(const Message& message) {
  if (messages_.Find(message.id) == nullptr) {
    return journal_.Fail(absl::InternalError("the message to update does not exist"));
  }
  Put(message);
  return absl::OkStatus();
}

absl::Status MemoryMessages::Supersede(UserId user_id, std::string_view template_name, absl::Time now) {
  std::vector<Message> superseded;
  for (auto row = queued_.rows().lower_bound({user_id, MessageId()});
       row != queued_.rows().end() && row->first.first == user_id; ++row) {
    const Message* message = messages_.Find(row->first.second);
    if (message->template_name == template_name) superseded.push_back(*message);
  }
  for (Message& message : superseded) {
    EndMessage(message, MessageState::kCancelled, now);
    Put(message);
  }
  return absl::OkStatus();
}

absl::Status MemoryMessages::DeleteOfUser(UserId user_id, std::string_view to_key) {
  std::vector<MessageId> ids;
  for (const auto& [id, message] : messages_.rows()) {
    const bool to_address = message.user_id.is_nil() && message.to_key == to_key;
    if (message.user_id == user_id || to_address) ids.push_back(id);
  }
  for (const MessageId id : ids) Erase(id);
  return absl::OkStatus();
}

void MemoryMessages::Erase(MessageId id) {
  const Message message = *messages_.Find(id);
  due_.Erase({message.due_time, id});
  queued_.Erase({message.user_id, id});
  by_position_.Erase(PositionOf(message));
  messages_.Erase(id);
}

int MemoryMessages::DeleteEnded(absl::Time before, int limit) {
  const std::vector<MessageId> ended = ListExpired(messages_, limit, [&](const Message& message) {
    return message.end_time && *message.end_time < before;
  });
  for (const MessageId id : ended) Erase(id);
  return static_cast<int>(ended.size());
}

std::vector<Message> MemoryMessages::ListAfter(std::string_view after, int limit) const {
  return keelson::ListAfter(messages_.rows(), IdInKey<MessageId>(after), limit,
                            [](MessageId, const Message& message) { return message; });
}

}  // namespace keelson
