#include "adapters/store/sqlite/messages.h"

#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

// Queued ones whose time has come, and sending ones whose lease has run out. Without its index's name, all
// that are queued may be read and sorted.
#define KEELSON_FROM_DUE \
  " FROM messages INDEXED BY messages_by_due_time WHERE state IN (1, 2) AND due_time <= ?"

// What changes of a message, but for its claims.
#define KEELSON_SET_MESSAGE                                                                                 \
  "UPDATE messages SET state = ?3, variables = ?4, subject = ?5, body_text = ?6, body_html = ?7, language " \
  "= "                                                                                                      \
  "?8, attempts = ?9, due_time = ?10, expire_time = ?11, provider = ?12, provider_message_id = ?13, "       \
  "pinned_provider = ?14, pin_time = ?15, last_error = ?16, send_time = ?17, end_time = ?18, "              \
  "lease_epoch = ?2 WHERE id = ?1"

constexpr int kMessageStates = static_cast<int>(MessageState::kCancelled);

Message ReadMessage(const Rows& rows) {
  Message m;
  WithColumns(m, [&](auto&... columns) { rows.Read(columns...); });
  return m;
}

std::optional<Message> ReadOneMessage(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  return ReadMessage(rows);
}

// How many rows it changed.
int Set(Query& query, const Message& m) {
  return query.Execute(m.id, m.lease_epoch, m.state, m.variables, m.content.subject, m.content.text,
                       m.content.html, m.content.language, m.attempts, m.due_time, m.expire_time, m.provider,
                       m.provider_message_id, m.pinned_provider, m.pin_time, m.last_error, m.send_time,
                       m.end_time);
}

}  // namespace

SqliteMessages::SqliteMessages(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_MESSAGE_COLUMNS " FROM messages WHERE id = ?"),
      list_(connection, ListByState("messages", "messages_by_state", kMessageStates)),
      list_to_user_(connection, ListByState("messages", "messages_by_user", kMessageStates, "user_id = ?6")),
      list_to_address_(
          connection, ListByState("messages", "messages_by_recipient", kMessageStates, "recipient_key = ?6")),
      // An address is one user's at a time, so the user may be looked at row by row.
      list_to_user_and_address_(connection, ListByState("messages", "messages_by_recipient", kMessageStates,
                                                        "recipient_key = ?6 AND user_id = ?7")),
      any_due_(connection, "SELECT 1" KEELSON_FROM_DUE " LIMIT 1"),
      list_due_(connection,
                "SELECT " KEELSON_MESSAGE_COLUMNS KEELSON_FROM_DUE " ORDER BY due_time, id LIMIT ?"),
      insert_(connection,
              "INSERT INTO messages (" KEELSON_MESSAGE_COLUMNS
              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      claim_(connection,
             "UPDATE messages SET state = 2, attempts = ?2, due_time = ?3, lease_epoch = ?4 WHERE id = ?1"),
      save_(connection, KEELSON_SET_MESSAGE " AND state = 2 AND lease_epoch = ?2"),
      update_(connection, KEELSON_SET_MESSAGE),
      supersede_(
          connection,
          "UPDATE messages INDEXED BY messages_by_user SET state = 5, variables = NULL, body_text = '', "
          "body_html = '', pinned_provider = '', pin_time = NULL, end_time = ?3 "
          "WHERE user_id = ?1 AND state = 1 AND template_name = ?2") {}

Found<Message> SqliteMessages::Find(MessageId id) {
  return connection_.CatchErrors([&]() -> Found<Message> { return ReadOneMessage(find_.Select(id)); });
}

std::vector<MessageId> SqliteMessages::ListIds(const MessageFilter& filter,
                                               const ListParameters& parameters) {
  if (filter.user_id && !filter.to_key.empty()) {
    return SelectIds<MessageId>(list_to_user_and_address_, parameters, filter.to_key, *filter.user_id);
  }
  if (filter.user_id) return SelectIds<MessageId>(list_to_user_, parameters, *filter.user_id);
  if (!filter.to_key.empty()) return SelectIds<MessageId>(list_to_address_, parameters, filter.to_key);
  return SelectIds<MessageId>(list_, parameters);
}

absl::StatusOr<std::vector<Message>> SqliteMessages::List(const MessageFilter& filter,
                                                          std::optional<ListPosition> before, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Message>> {
    std::vector<Message> messages;
    for (const MessageId& id : ListIds(filter, ParametersOf(filter, before, limit))) {
      messages.push_back(ReadOneMessage(find_.Select(id)).value());
    }
    return messages;
  });
}

absl::StatusOr<bool> SqliteMessages::AnyDue(absl::Time now) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<bool> { return any_due_.Select(now).Next(); });
}

absl::Status SqliteMessages::Insert(const Message& m) {
  return connection_.CatchErrors([&] {
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
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Message>> {
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

absl::StatusOr<std::vector<bool>> SqliteMessages::Save(std::span<const Message> messages) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<bool>> {
    std::vector<bool> saved;
    for (const Message& message : messages) saved.push_back(Set(save_, message) == 1);
    return saved;
  });
}

absl::Status SqliteMessages::Update(const Message& m) {
  return connection_.CatchErrors([&] {
    return Set(update_, m) == 1 ? absl::OkStatus() : absl::InternalError("no such message to update");
  });
}

absl::Status SqliteMessages::Supersede(UserId user_id, std::string_view template_name, absl::Time now) {
  return connection_.CatchErrors([&] {
    supersede_.Execute(user_id, template_name, now);
    return absl::OkStatus();
  });
}

}  // namespace keelson
