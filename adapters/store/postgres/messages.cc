#include "adapters/store/postgres/messages.h"

#include "adapters/store/postgres/listing.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/notifications/message_repository.h"

namespace keelson {
namespace {

#define KEELSON_PG_SELECT_MESSAGE "SELECT " KEELSON_MESSAGE_COLUMNS " FROM messages WHERE "

// What changes of a message, but for its claims.
#define KEELSON_PG_SET_MESSAGE                                                                              \
  "UPDATE messages SET state = $3, variables = $4, subject = $5, body_text = $6, body_html = $7, language " \
  "= "                                                                                                      \
  "$8, attempts = $9, due_time = $10, expire_time = $11, provider = $12, provider_message_id = $13, "       \
  "pinned_provider = $14, pin_time = $15, last_error = $16, send_time = $17, end_time = $18, "              \
  "lease_epoch = $2 WHERE id = $1"

Message ReadMessage(const PgResult& result, int row) {
  Message m;
  WithColumns(m, [&](auto&... columns) { result.Read(row, columns...); });
  return m;
}

std::optional<Message> ReadOneMessage(const PgResult& result) {
  if (result.rows() == 0) return std::nullopt;
  return ReadMessage(result, 0);
}

// Calls `change` with the parameters of KEELSON_PG_SET_MESSAGE.
template <typename Change>
auto Set(const Message& m, const Change& change) {
  return change(m.id, m.lease_epoch, m.state, m.variables, m.content.subject, m.content.text, m.content.html,
                m.content.language, m.attempts, m.due_time, m.expire_time, m.provider, m.provider_message_id,
                m.pinned_provider, m.pin_time, m.last_error, m.send_time, m.end_time);
}

}  // namespace

Found<Message> PgMessages::Find(MessageId id) {
  return session_.CatchErrors([&]() -> Found<Message> {
    return ReadOneMessage(session_.SelectOne(KEELSON_PG_SELECT_MESSAGE "id = $1", id));
  });
}

Found<Message> PgMessages::FindForUpdate(MessageId id) {
  return session_.CatchErrors([&]() -> Found<Message> {
    return ReadOneMessage(session_.SelectOne(KEELSON_PG_SELECT_MESSAGE "id = $1 FOR NO KEY UPDATE", id));
  });
}

absl::StatusOr<std::vector<Message>> PgMessages::List(const MessageFilter& filter,
                                                      std::optional<ListPosition> before, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Message>> {
    return ReadRows(SelectMessagePage(session_, filter, before, limit), ReadMessage);
  });
}

absl::StatusOr<bool> PgMessages::AnyDue(absl::Time now) {
  return session_.CatchErrors([&]() -> absl::StatusOr<bool> {
    // The order is for the planner: where most are due it would go through the table, past all that have
    // ended.
    return session_
               .SelectOne(
                   "SELECT 1 FROM messages WHERE state IN (1, 2) AND due_time <= $1 ORDER BY due_time LIMIT "
                   "1",
                   now)
               .rows() > 0;
  });
}

absl::Status PgMessages::Insert(const Message& m) {
  return session_.CatchErrors([&] {
    WithColumns(m, [&](const auto&... columns) {
      session_.Execute(
          "INSERT INTO messages (" KEELSON_MESSAGE_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
          "$19, $20, $21, $22, $23, $24, $25)",
          columns...);
    });
    return absl::OkStatus();
  });
}

// What another sender is about to claim is passed over, so that senders never wait for each other.
absl::StatusOr<std::vector<Message>> PgMessages::Claim(absl::Time now, absl::Time lease_until, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Message>> {
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

absl::StatusOr<std::vector<bool>> PgMessages::Save(std::span<const Message> messages) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<bool>> {
    constexpr char kSave[] = KEELSON_PG_SET_MESSAGE " AND state = 2 AND lease_epoch = $2";
    std::vector<PgResult> results(messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      Set(messages[i], [&](const auto&... parameters) {
        if (i + 1 < messages.size()) {
          session_.Prefetch(results[i], kSave, parameters...);
        } else {
          results[i] = session_.Select(kSave, parameters...);
        }
      });
    }
    std::vector<bool> saved;
    for (const PgResult& result : results) saved.push_back(result.affected() == 1);
    return saved;
  });
}

absl::Status PgMessages::Update(const Message& message) {
  return session_.CatchErrors([&] {
    Set(message,
        [&](const auto&... parameters) { session_.ExecuteOneRow(KEELSON_PG_SET_MESSAGE, parameters...); });
    return absl::OkStatus();
  });
}

absl::Status PgMessages::Supersede(UserId user_id, std::string_view template_name, absl::Time now) {
  return session_.CatchErrors([&] {
    session_.Execute(
        "UPDATE messages SET state = 5, variables = '{}', body_text = '', body_html = '', pinned_provider = "
        "'', "
        "pin_time = NULL, end_time = $3 WHERE user_id = $1 AND state = 1 AND template_name = $2",
        user_id, template_name, now);
    return absl::OkStatus();
  });
}

}  // namespace keelson
