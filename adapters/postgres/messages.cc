#include "adapters/postgres/messages.h"

#include <algorithm>

#include "adapters/postgres/listing.h"
#include "adapters/sql_columns/columns.h"

namespace keelson {
namespace {

Message ReadMessage(const PgResult& result, int row) {
  Message m;
  WithColumns(m, [&](auto&... columns) { result.Read(row, columns...); });
  return m;
}

}  // namespace

Found<Message> PgMessages::Find(MessageId id) {
  return session_.Guard([&]() -> Found<Message> {
    const PgResult result =
        session_.SelectOne("SELECT " KEELSON_MESSAGE_COLUMNS " FROM messages WHERE id = $1", id);
    if (result.rows() == 0) return std::nullopt;
    return ReadMessage(result, 0);
  });
}

absl::StatusOr<bool> PgMessages::AnyDue(absl::Time now) {
  return session_.Guard([&]() -> absl::StatusOr<bool> {
    return session_.SelectOne("SELECT 1 FROM messages WHERE state IN (1, 2) AND due_time <= $1 LIMIT 1", now)
               .rows() > 0;
  });
}

absl::Status PgMessages::Insert(const Message& m) {
  return session_.Guard([&] {
    WithColumns(m, [&](const auto&... columns) {
      session_.Execute(
          "INSERT INTO messages (" KEELSON_MESSAGE_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
          columns...);
    });
    return absl::OkStatus();
  });
}

// What another sender is about to claim is passed over, so that senders never wait for each other.
absl::StatusOr<std::vector<Message>> PgMessages::Claim(absl::Time now, absl::Time lease_until, int limit) {
  return session_.Guard([&]() -> absl::StatusOr<std::vector<Message>> {
    const PgResult claimed = session_.Select(
        "WITH due AS (SELECT id, user_id, due_time AS was_due FROM messages WHERE state IN (1, 2) AND "
        "due_time <= "
        "$1 ORDER BY due_time, id LIMIT $3 FOR UPDATE SKIP LOCKED), "
        "claimed AS (UPDATE messages m SET state = 2, attempts = m.attempts + 1, due_time = $2, lease_epoch "
        "= "
        "m.lease_epoch + 1 FROM due WHERE m.id = due.id AND m.user_id = due.user_id RETURNING m.*, "
        "due.was_due) "
        "SELECT " KEELSON_MESSAGE_COLUMNS " FROM claimed ORDER BY was_due, id",
        now, lease_until, LimitParameter(limit));
    return ReadRows(claimed, ReadMessage);
  });
}

absl::StatusOr<bool> PgMessages::Finish(const Message& m) {
  return session_.Guard([&]() -> absl::StatusOr<bool> {
    return session_
               .Select(
                   "UPDATE messages SET state = $3, variables = $4, attempts = $5, due_time = $6, "
                   "expire_time = $7, "
                   "provider = $8, provider_message_id = $9, last_error = $10, send_time = $11 "
                   "WHERE id = $1 AND state = 2 AND lease_epoch = $2",
                   m.id, m.lease_epoch, m.state, m.variables, m.attempts, m.due_time, m.expire_time,
                   m.provider, m.provider_message_id, m.last_error, m.send_time)
               .affected() == 1;
  });
}

absl::Status PgMessages::Supersede(UserId user_id, std::string_view template_name) {
  return session_.Guard([&] {
    session_.Execute(
        "UPDATE messages SET state = 5, variables = '{}' WHERE user_id = $1 AND state = 1 AND template_name "
        "= $2",
        user_id, template_name);
    return absl::OkStatus();
  });
}

}  // namespace keelson
