#pragma once

#include "adapters/postgres/session.h"
#include "core/common/store.h"

namespace keelson {

class PgMessages final : public MessageRepository {
 public:
  explicit PgMessages(PgSession& session) : session_(session) {}

  Found<Message> Find(MessageId id) override;
  absl::StatusOr<bool> AnyDue(absl::Time now) override;
  absl::Status Insert(const Message& message) override;
  absl::StatusOr<std::vector<Message>> Claim(absl::Time now, absl::Time lease_until, int limit) override;
  absl::StatusOr<bool> Finish(const Message& message) override;
  absl::Status Supersede(UserId user_id, std::string_view template_name) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
