#include "adapters/sqlite/messages.h"

#include "adapters/sql_columns/columns.h"
#include "adapters/sqlite/listing.h"

namespace keelson {
namespace {

// Queued ones whose time has come, and sending ones whose lease has run out.
#define KEELSON_DUE "state IN (1, 2) AND due_time <= ?"

Message ReadMessage(const Rows& rows) {
  Message m;
  WithColumns(m, [&](auto&... columns) { rows.Read(columns...); });
  return m;
}

}  // namespace

SqliteMessages::SqliteMessages(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_MESSAGE_COLUMNS " FROM messages WHERE id = ?"),
      any_due_(connection, "SELECT 1 FROM messages WHERE " KEELSON_DUE " LIMIT 1"),
      list_due_(connection, "SELECT " KEELSON_MESSAGE_COLUMNS " FROM messages WHERE " KEELSON_DUE
                            " ORDER BY due_time, id LIMIT ?"),
      insert_(connection, "INSERT INTO messages (" KEELSON_MESSAGE_COLUMNS
                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      claim_(connection,
             "UPDATE messages SET state = 2, attempts = ?2, due_time = ?3, lease_epoch = ?4 WHERE id = ?1"),
      finish_(
          connection,
          "UPDATE messages SET state = ?3, variables = ?4, attempts = ?5, due_time = ?6, expire_time = ?7, "
          "provider = ?8, provider_message_id = ?9, last_error = ?10, send_time = ?11 "
          "WHERE id = ?1 AND state = 2 AND lease_epoch = ?2"),
      supersede_(connection,
                 "UPDATE messages SET state = 5, variables = NULL "
                 "WHERE user_id = ? AND state = 1 AND template_name = ?") {}

Found<Message> SqliteMessages::Find(MessageId id) {
  return connection_.Guard([&]() -> Found<Message> {
    Rows rows = find_.Select(id);
    if (!rows.Next()) return std::nullopt;
    return ReadMessage(rows);
  });
}

absl::StatusOr<bool> SqliteMessages::AnyDue(absl::Time now) {
  return connection_.Guard([&]() -> absl::StatusOr<bool> { return any_due_.Select(now).Next(); });
}

absl::Status SqliteMessages::Insert(const Message& m) {
  return connection_.Guard([&] {
    WithColumns(m, [&](const auto&... columns) { insert_.Execute(columns...); });
    return absl::OkStatus();
  });
}

std::vector<Message> SqliteMessages::ListDue(absl::Time now, int limit) {
  std::vector<Message> messages;
  Rows rows = list_due_.Select(now, LimitParameter(limit));
  while (rows.Next()) messages.push_back(ReadMessage(rows));
  return messages;
}

absl::StatusOr<std::vector<Message>> SqliteMessages::Claim(absl::Time now, absl::Time lease_until,
                                                           int limit) {
  return connection_.Guard([&]() -> absl::StatusOr<std::vector<Message>> {
    std::vector<Message> messages = ListDue(now, limit);
    for (Message& m : messages) {
      m.state = MessageState::kSending;
      m.due_time = lease_until;
      ++m.attempts;
      ++m.lease_epoch;
      claim_.Execute(m.id, m.attempts, m.due_time, m.lease_epoch);
    }
    return messages;
  });
}

absl::StatusOr<bool> SqliteMessages::Finish(const Message& m) {
  return connection_.Guard([&]() -> absl::StatusOr<bool> {
    return finish_.Execute(m.id, m.lease_epoch, m.state, m.variables, m.attempts, m.due_time, m.expire_time,
                           m.provider, m.provider_message_id, m.last_error, m.send_time) == 1;
  });
}

absl::Status SqliteMessages::Supersede(UserId user_id, std::string_view template_name) {
  return connection_.Guard([&] {
    supersede_.Execute(user_id, template_name);
    return absl::OkStatus();
  });
}

}  // namespace keelson
