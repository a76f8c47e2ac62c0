#pragma once

#include "adapters/store/sqlite/listing.h"
#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

class SqliteMessages : public MessageRepository {
 public:
  explicit SqliteMessages(Connection& connection);

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

 private:
  std::vector<MessageId> ListIds(const MessageFilter& filter, const ListParameters& parameters);
  std::vector<Message> ListDue(absl::Time now, int limit);

  Connection& connection_;
  Query find_;
  Query list_;
  Query list_to_user_;
  Query list_to_address_;
  Query list_to_user_and_address_;
  Query any_due_;
  Query list_due_;
  Query insert_;
  Query claim_;
  Query save_;
  Query update_;
  Query supersede_;
  Query delete_of_user_;
  Query delete_to_address_;
};

}  // namespace keelson
