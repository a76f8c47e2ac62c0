#include "adapters/store/sqlite/messages.h"

namespace keelson {
namespace {

constexpr auto kSelectMessage = "SELECT " + kColumnNames<Message>;
constexpr auto kFindMessage = kSelectMessage + " FROM messages WHERE id = ?";

constexpr auto kListMessages = ListByState<MessageState::kCancelled>("messages", "messages_by_state", "");
constexpr auto kListMessagesToUser =
    ListByState<MessageState::kCancelled>("messages", "messages_by_user", " AND user_id = ?6");
constexpr auto kListMessagesToAddress =
    ListByState<MessageState::kCancelled>("messages", "messages_by_recipient", " AND recipient_key = ?6");
// At most one user has an address at a time, so that the filter by user discards few rows.
constexpr auto kListMessagesToUserAndAddress = ListByState<MessageState::kCancelled>(
    "messages", "messages_by_recipient", " AND recipient_key = ?6 AND user_id = ?7");

// Queued messages that are due, and messages whose lease has expired. INDEXED BY prevents the planner from
// reading and sorting all queued messages.
constexpr auto kFromDue = " FROM messages INDEXED BY messages_by_due_time WHERE state IN (" +
                          kSqlNumber<MessageState::kQueued> + ", " + kSqlNumber<MessageState::kSending> +
                          ") AND due_time <= ?";
constexpr auto kAnyMessageDue = "SELECT 1" + kFromDue + " LIMIT 1";
constexpr auto kListDueMessages = kSelectMessage + kFromDue + " ORDER BY due_time, id LIMIT ?";

constexpr auto kClaimMessage = "UPDATE messages SET state = " + kSqlNumber<MessageState::kSending> +
                               ", attempts = ?2, due_time = ?3, lease_epoch = ?4 WHERE id = ?1";
constexpr auto kUpdateMessage = kUpdateById<SqlDialect::kSqlite, Message, "messages">;
constexpr auto kSaveMessage =
    kUpdateMessage + " AND state = " + kSqlNumber<MessageState::kSending> +
    " AND lease_epoch = " + kAssignedParameter<SqlDialect::kSqlite, Message, "lease_epoch">;
constexpr auto kSupersedeMessages =
    "UPDATE messages INDEXED BY messages_by_user SET state = " + kSqlNumber<MessageState::kCancelled> +
    ", variables = NULL, body_text = '', body_html = '', pinned_provider = '', pin_time = NULL, end_time = "
    "?3 "
    "WHERE user_id = ?1 AND state = " +
    kSqlNumber<MessageState::kQueued> + " AND template_name = ?2";

constexpr Sql kDeleteMessagesOfUser = "DELETE FROM messages INDEXED BY messages_by_user WHERE user_id = ?";
constexpr Sql kDeleteMessagesToAddress =
    "DELETE FROM messages INDEXED BY messages_by_recipient WHERE recipient_key = ? AND user_id = ?";

std::optional<Message> ReadOneMessage(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  return rows.ReadRow<Message>();
}

}  // namespace

SqliteMessages::SqliteMessages(Connection& connection)
    : connection_(connection),
      find_(connection, kFindMessage),
      list_(connection, kListMessages),
      list_to_user_(connection, kListMessagesToUser),
      list_to_address_(connection, kListMessagesToAddress),
      list_to_user_and_address_(connection, kListMessagesToUserAndAddress),
      any_due_(connection, kAnyMessageDue),
      list_due_(connection, kListDueMessages),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, Message, "messages">),
      claim_(connection, kClaimMessage),
      save_(connection, kSaveMessage),
      update_(connection, kUpdateMessage),
      supersede_(connection, kSupersedeMessages),
      delete_of_user_(connection, kDeleteMessagesOfUser),
      delete_to_address_(connection, kDeleteMessagesToAddress) {}

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
    insert_.ExecuteRow(m);
    return absl::OkStatus();
  });
}

std::vector<Message> SqliteMessages::ListDue(absl::Time now, int limit) {
  std::vector<Message> messages;
  Rows rows = list_due_.Select(now, LimitParameter(limit));
  while (rows.Next()) messages.push_back(rows.ReadRow<Message>());
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
    for (const Message& m : messages) saved.push_back(save_.ExecuteRow<MutableColumns>(m, m.id) == 1);
    return saved;
  });
}

absl::Status SqliteMessages::Update(const Message& m) {
  return connection_.CatchErrors([&] {
    const int changed = update_.ExecuteRow<MutableColumns>(m, m.id);
    return changed == 1 ? absl::OkStatus() : absl::InternalError("the message to update does not exist");
  });
}

absl::Status SqliteMessages::Supersede(UserId user_id, std::string_view template_name, absl::Time now) {
  return connection_.CatchErrors([&] {
    supersede_.Execute(user_id, template_name, now);
    return absl::OkStatus();
  });
}

absl::Status SqliteMessages::DeleteOfUser(UserId user_id, std::string_view to_key) {
  return connection_.CatchErrors([&] {
    delete_of_user_.Execute(user_id);
    delete_to_address_.Execute(to_key, UserId());
    return absl::OkStatus();
  });
}

}  // namespace keelson
