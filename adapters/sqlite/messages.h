#pragma once

#include "adapters/sqlite/query.h"
#include "core/common/store.h"

namespace keelson {

class SqliteMessages : public MessageRepository {
 public:
  explicit SqliteMessages(Connection& connection);

  Found<Message> Find(MessageId id) override;
  absl::StatusOr<bool> AnyDue(absl::Time now) override;
  absl::Status Insert(const Message& message) override;
  absl::StatusOr<std::vector<Message>> Claim(absl::Time now, absl::Time lease_until, int limit) override;
  absl::StatusOr<bool> Finish(const Message& message) override;
  absl::Status Supersede(UserId user_id, std::string_view template_name) override;

 private:
  std::vector<Message> ListDue(absl::Time now, int limit);

  Connection& connection_;
  Query find_;
  Query any_due_;
  Query list_due_;
  Query insert_;
  Query claim_;
  Query finish_;
  Query supersede_;
};

}  // namespace keelson
