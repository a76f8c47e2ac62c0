#pragma once

#include <utility>
#include <variant>

#include "adapters/store/memory/table.h"
#include "core/notifications/message_repository.h"
#include "core/store/export/rows.h"

namespace keelson {

class MemoryMessages : public MessageRepository {
 public:
  explicit MemoryMessages(Journal& journal)
      : journal_(journal), messages_(journal), by_position_(journal), due_(journal), queued_(journal) {}

  Found<Message> Find(MessageId id) override;
  absl::StatusOr<std::vector<Message>> List(const MessageFilter& filter, std::optional<ListPosition> before,
                                            int limit) override;
  absl::StatusOr<bool> AnyDue(absl::Time now) override;
  absl::Status Insert(const Message& message) override;
  absl::StatusOr<std::vector<Message>> Claim(absl::Time now, absl::Time lease_until, int limit) override;
  absl::StatusOr<std::vector<bool>> Save(std::span<const Message> messages) override;
  absl::Status Update(const Message& message) override;
  absl::Status Supersede(UserId user_id, std::string_view template_name, absl::Time now) override;
  absl::Status DeleteOfUser(UserId user_id, std::string_view to_key) override;

  int DeleteEnded(absl::Time before, int limit);

  std::vector<Message> ListAfter(std::string_view after, int limit) const;

 private:
  bool Save(const Message& message);
  // Stores the row and updates the indexes.
  void Put(const Message& message);
  void Erase(MessageId id);

  Journal& journal_;
  Table<MessageId, Message> messages_;
  Table<ListPosition, MessageId> by_position_;
  Table<std::pair<absl::Time, MessageId>, std::monostate> due_;
  Table<std::pair<UserId, MessageId>, std::monostate> queued_;
};

}  // namespace keelson
