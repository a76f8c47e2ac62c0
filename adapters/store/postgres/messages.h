#pragma once

#include "adapters/store/postgres/users.h"
#include "core/notifications/message_repository.h"

namespace keelson {

class PgMessages final : public MessageRepository {
 public:
  explicit PgMessages(PgSession& session) : session_(session) {}

  Found<Message> Find(MessageId id) override;
  absl::StatusOr<std::vector<Message>> List(const MessageFilter& filter, std::optional<ListPosition> before,
                                            int limit) override;
  absl::StatusOr<bool> AnyDue(absl::Time now) override;
  Found<Message> FindForUpdate(MessageId id) override;
  absl::Status Insert(const Message& message) override;
  absl::StatusOr<std::vector<Message>> Claim(absl::Time now, absl::Time lease_until, int limit) override;
  absl::StatusOr<std::vector<bool>> Save(std::span<const Message> messages) override;
  absl::Status Update(const Message& message) override;
  absl::Status Supersede(UserId user_id, std::string_view template_name, absl::Time now) override;
  absl::Status DeleteOfUser(UserId user_id, std::string_view to_key) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
