#include "adapters/store/sqlite/bulk_tables.h"

#include <array>
#include <string>

#include "adapters/store/sql_columns/columns.h"
#include "core/accounts/user_repository.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// The checkpoint of a copy is no setting of the service's.
#define KEELSON_NOT_THE_MARK "name <> 'transfer'"
static_assert(kTransferCheckpoint == "transfer");

constexpr std::array<const char*, kRowKinds> kCounts = {
    "SELECT count(*) FROM users",
    "SELECT count(*) FROM email_tokens",
    "SELECT count(*) FROM cooldowns",
    "SELECT count(*) FROM orders",
    "SELECT count(*) FROM refunds",
    "SELECT count(*) FROM messages",
    "SELECT count(*) FROM events",
    "SELECT count(*) FROM idempotency",
    "SELECT count(*) FROM settings WHERE " KEELSON_NOT_THE_MARK,
};

// A key's id, or what comes before every one.
Blob IdIn(std::string_view key, std::size_t offset = 0) {
  return Blob{key.size() > offset ? key.substr(offset, sizeof(Uuid)) : std::string_view("")};
}

template <typename Row>
void ReadAll(Rows rows, std::vector<Row>& into) {
  while (rows.Next()) WithColumns(into.emplace_back(), [&](auto&... columns) { rows.Read(columns...); });
}

template <typename Row>
void InsertInto(Query& insert, const Row& row) {
  WithColumns(row, [&](const auto&... columns) { insert.Execute(columns...); });
}

}  // namespace

BulkTables::BulkTables(Connection& c)
    : connection_(c),
      list_users_(c, "SELECT " KEELSON_USER_COLUMNS
                     ", password_hash FROM users LEFT JOIN credentials ON user_id = id WHERE id > ? "
                     "ORDER BY id LIMIT ?"),
      list_tokens_(c,
                   "SELECT " KEELSON_TOKEN_COLUMNS
                   " FROM email_tokens WHERE (user_id, purpose) > (?, ?) ORDER BY user_id, purpose LIMIT ?"),
      list_cooldowns_(c, "SELECT key, until_time FROM cooldowns WHERE key > ? ORDER BY key LIMIT ?"),
      list_orders_(c, "SELECT " KEELSON_ORDER_COLUMNS " FROM orders WHERE id > ? ORDER BY id LIMIT ?"),
      list_lines_(c,
                  "SELECT " KEELSON_ORDER_LINE_COLUMNS " FROM order_lines WHERE order_id = ? ORDER BY line"),
      list_refunds_(c, "SELECT " KEELSON_REFUND_COLUMNS
                       " FROM refunds WHERE (order_id, id) > (?, ?) ORDER BY order_id, id LIMIT ?"),
      list_messages_(c, "SELECT " KEELSON_MESSAGE_COLUMNS " FROM messages WHERE id > ? ORDER BY id LIMIT ?"),
      list_events_(
          c, "SELECT " KEELSON_EVENT_COLUMNS " FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?"),
      list_answers_(c,
                    "SELECT key, content, answer, create_time FROM idempotency WHERE key > ? ORDER BY key "
                    "LIMIT ?"),
      list_settings_(c, "SELECT name, value FROM settings WHERE name > ? AND " KEELSON_NOT_THE_MARK
                        " ORDER BY name LIMIT ?"),
      insert_user_(
          c, "INSERT INTO users (" KEELSON_USER_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_credentials_(c, "INSERT INTO credentials (user_id, password_hash) VALUES (?, ?)"),
      insert_token_(c, "INSERT INTO email_tokens (" KEELSON_TOKEN_COLUMNS ") VALUES (?, ?, ?, ?, ?)"),
      insert_cooldown_(c, "INSERT INTO cooldowns (key, until_time) VALUES (?, ?)"),
      insert_order_(c, "INSERT INTO orders (" KEELSON_ORDER_COLUMNS
                       ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_line_(c, "INSERT INTO order_lines (order_id, line, " KEELSON_ORDER_LINE_COLUMNS
                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_refund_(c,
                     "INSERT INTO refunds (" KEELSON_REFUND_COLUMNS
                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_message_(c,
                      "INSERT INTO messages (" KEELSON_MESSAGE_COLUMNS
                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_event_(c, "INSERT INTO events (" KEELSON_EVENT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_answer_(c, "INSERT INTO idempotency (key, content, answer, create_time) VALUES (?, ?, ?, ?)"),
      insert_setting_(c, "INSERT INTO settings (name, value) VALUES (?, ?)") {}

absl::StatusOr<std::int64_t> BulkTables::Count(RowKind kind) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::int64_t> {
    return connection_.database().execAndGet(kCounts[static_cast<std::size_t>(kind)]).getInt64();
  });
}

absl::StatusOr<RowBatch> BulkTables::Read(RowKind kind, std::string_view after, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<RowBatch> {
    return WithRowsOf(kind, [&](auto rows) -> RowBatch {
      ReadInto(rows, after, limit);
      return rows;
    });
  });
}

void BulkTables::ReadInto(std::vector<UserRow>& users, std::string_view after, int limit) {
  Rows rows = list_users_.Select(IdIn(after), limit);
  while (rows.Next()) {
    UserRow& user = users.emplace_back();
    WithColumns(user.fields, [&](auto&... columns) { rows.Read(columns..., user.password_hash); });
  }
}

void BulkTables::ReadInto(std::vector<EmailToken>& tokens, std::string_view after, int limit) {
  ReadAll(list_tokens_.Select(IdIn(after), NumberInKey(after, sizeof(Uuid)), limit), tokens);
}

void BulkTables::ReadInto(std::vector<Cooldown>& cooldowns, std::string_view after, int limit) {
  Rows rows = list_cooldowns_.Select(IdIn(after), limit);
  while (rows.Next()) {
    Cooldown& cooldown = cooldowns.emplace_back();
    rows.Read(cooldown.key, cooldown.until);
  }
}

void BulkTables::ReadInto(std::vector<OrderFields>& orders, std::string_view after, int limit) {
  ReadAll(list_orders_.Select(IdIn(after), limit), orders);
  for (OrderFields& order : orders) ReadAll(list_lines_.Select(order.id), order.lines);
}

void BulkTables::ReadInto(std::vector<RefundFields>& refunds, std::string_view after, int limit) {
  ReadAll(list_refunds_.Select(IdIn(after), IdIn(after, sizeof(Uuid)), limit), refunds);
}

void BulkTables::ReadInto(std::vector<Message>& messages, std::string_view after, int limit) {
  ReadAll(list_messages_.Select(IdIn(after), limit), messages);
}

void BulkTables::ReadInto(std::vector<Event>& events, std::string_view after, int limit) {
  ReadAll(list_events_.Select(NumberInKey(after), limit), events);
}

void BulkTables::ReadInto(std::vector<IdempotencyRecord>& records, std::string_view after, int limit) {
  Rows rows = list_answers_.Select(IdIn(after), limit);
  while (rows.Next()) {
    IdempotencyRecord& record = records.emplace_back();
    rows.Read(record.key, record.content, record.answer, record.create_time);
  }
}

void BulkTables::ReadInto(std::vector<Setting>& settings, std::string_view after, int limit) {
  Rows rows = list_settings_.Select(after, limit);
  while (rows.Next()) {
    Setting& setting = settings.emplace_back();
    rows.Read(setting.name, setting.value);
  }
}

absl::Status BulkTables::Insert(const RowBatch& batch) {
  return std::visit(
      [&](const auto& rows) -> absl::Status {
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const absl::Status status = connection_.CatchErrors([&] {
            InsertRow(rows[i]);
            return absl::OkStatus();
          });
          if (absl::IsUnavailable(status)) return status;
          if (!status.ok()) return RowRefused(batch, i, std::string(status.message()));
        }
        return absl::OkStatus();
      },
      batch);
}

void BulkTables::InsertRow(const UserRow& user) {
  InsertInto(insert_user_, user.fields);
  if (user.password_hash) insert_credentials_.Execute(user.fields.id, *user.password_hash);
}

void BulkTables::InsertRow(const EmailToken& token) {
  InsertInto(insert_token_, token);
}

void BulkTables::InsertRow(const Cooldown& cooldown) {
  insert_cooldown_.Execute(cooldown.key, cooldown.until);
}

void BulkTables::InsertRow(const OrderFields& order) {
  InsertInto(insert_order_, order);
  std::int64_t number = 0;
  for (const OrderLine& line : order.lines) {
    WithColumns(line, [&](const auto&... columns) { insert_line_.Execute(order.id, number++, columns...); });
  }
}

void BulkTables::InsertRow(const RefundFields& refund) {
  InsertInto(insert_refund_, refund);
}

void BulkTables::InsertRow(const Message& message) {
  InsertInto(insert_message_, message);
}

void BulkTables::InsertRow(const Event& event) {
  InsertInto(insert_event_, event);
}

void BulkTables::InsertRow(const IdempotencyRecord& record) {
  insert_answer_.Execute(record.key, record.content, Blob{record.answer}, record.create_time);
}

void BulkTables::InsertRow(const Setting& setting) {
  insert_setting_.Execute(setting.name, Blob{setting.value});
}

}  // namespace keelson
