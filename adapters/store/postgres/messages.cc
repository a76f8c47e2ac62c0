#include "adapters/store/postgres/messages.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/listing.h"
#include "core/notifications/message_repository.h"

namespace keelson {
namespace {

constexpr auto kFindMessage = "SELECT " + kColumnNames<Message> + " FROM messages WHERE id = $1";
constexpr auto kFindMessageForUpdate = kFindMessage + " FOR NO KEY UPDATE";

constexpr auto kIsDue = "state IN (" + kSqlNumber<MessageState::kQueued> + ", " +
                        kSqlNumber<MessageState::kSending> + ") AND due_time <= $1";
// ORDER BY makes the planner use the index on due_time. Without it, the planner scans the table, including
// all sent messages, when the planner expects many due messages.
constexpr auto kAnyMessageDue = "SELECT 1 FROM messages WHERE " + kIsDue + " ORDER BY due_time LIMIT 1";
// SKIP LOCKED skips messages that another process is claiming, so that processes never wait for each other.
constexpr auto kClaimMessages =
    "WITH due AS (SELECT id, user_id, due_time AS was_due FROM messages WHERE " + kIsDue +
    " ORDER BY due_time, id LIMIT $3 FOR UPDATE SKIP LOCKED), "
    "claimed AS (UPDATE messages m SET state = " +
    kSqlNumber<MessageState::kSending> +
    ", attempts = m.attempts + 1, due_time = $2, lease_epoch = m.lease_epoch + 1 FROM due "
    "WHERE m.id = due.id AND m.user_id = due.user_id RETURNING m.*, due.was_due) SELECT " +
    kColumnNames<Message> + " FROM claimed ORDER BY was_due, id";

constexpr auto kInsertMessage = kInsertInto<SqlDialect::kPostgres, Message, "messages">;
constexpr auto kUpdateMessage = kUpdateById<SqlDialect::kPostgres, Message, "messages">;
constexpr auto kSaveMessage =
    kUpdateMessage + " AND state = " + kSqlNumber<MessageState::kSending> +
    " AND lease_epoch = " + kAssignedParameter<SqlDialect::kPostgres, Message, "lease_epoch">;
constexpr auto kSupersedeMessages =
    "UPDATE messages SET state = " + kSqlNumber<MessageState::kCancelled> +
    ", variables = '{}', body_text = '', body_html = '', pinned_provider = '', pin_time = NULL, "
    "end_time = $3 WHERE user_id = $1 AND state = " +
    kSqlNumber<MessageState::kQueued> + " AND template_name = $2";
constexpr Sql kDeleteMessagesOfUser = "DELETE FROM messages WHERE user_id = $1";
constexpr Sql kDeleteMessagesToAddress = "DELETE FROM messages WHERE recipient_key = $1 AND user_id = $2";

}  // namespace

Found<Message> PgMessages::Find(MessageId id) {
  return session_.CatchErrors(
      [&]() -> Found<Message> { return ReadOneRow<Message>(session_.SelectOne(kFindMessage, id)); });
}

Found<Message> PgMessages::FindForUpdate(MessageId id) {
  return session_.CatchErrors(
      [&]() -> Found<Message> { return ReadOneRow<Message>(session_.SelectOne(kFindMessageForUpdate, id)); });
}

absl::StatusOr<std::vector<Message>> PgMessages::List(const MessageFilter& filter,
                                                      std::optional<ListPosition> before, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Message>> {
    return ReadRows<Message>(SelectMessagePage(session_, filter, before, limit));
  });
}

absl::StatusOr<bool> PgMessages::AnyDue(absl::Time now) {
  return session_.CatchErrors(
      [&]() -> absl::StatusOr<bool> { return session_.SelectOne(kAnyMessageDue, now).rows() > 0; });
}

absl::Status PgMessages::Insert(const Message& m) {
  return session_.CatchErrors([&] {
    InsertRow(session_, kInsertMessage, m);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<Message>> PgMessages::Claim(absl::Time now, absl::Time lease_until, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Message>> {
    return ReadRows<Message>(session_.Select(kClaimMessages, now, lease_until, LimitParameter(limit)));
  });
}

absl::StatusOr<std::vector<bool>> PgMessages::Save(std::span<const Message> messages) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<bool>> {
    std::vector<PgResult> results(messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const Message& m = messages[i];
      WithColumns<MutableColumns>(m, [&](const auto&... columns) {
        if (i + 1 < messages.size()) {
          session_.Prefetch(results[i], kSaveMessage, m.id, columns...);
        } else {
          results[i] = session_.Select(kSaveMessage, m.id, columns...);
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
    UpdateRow(session_, kUpdateMessage, message);
    return absl::OkStatus();
  });
}

absl::Status PgMessages::Supersede(UserId user_id, std::string_view template_name, absl::Time now) {
  return session_.CatchErrors([&] {
    session_.Execute(kSupersedeMessages, user_id, template_name, now);
    return absl::OkStatus();
  });
}

absl::Status PgMessages::DeleteOfUser(UserId user_id, std::string_view to_key) {
  return session_.CatchErrors([&] {
    session_.Execute(kDeleteMessagesOfUser, user_id);
    session_.Execute(kDeleteMessagesToAddress, to_key, UserId());
    return absl::OkStatus();
  });
}

}  // namespace keelson
