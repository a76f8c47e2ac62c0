#include "adapters/store/postgres/bulk_tables.h"

#include <array>
#include <stdexcept>
#include <type_traits>

#include "adapters/store/postgres/copy_rows.h"
#include "adapters/store/postgres/foreign_keys.h"
#include "adapters/store/postgres/sequencer.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/accounts/user_repository.h"

namespace keelson {
namespace {

// A server that falls silent is noticed by its connection; how long a table takes nobody can say.
// What a transfer keeps is no setting of the service's.
#define KEELSON_PG_NOT_A_TRANSFERS "name NOT IN ('transfer', 'transfer_foreign_keys')"
static_assert(kTransferCheckpoint == "transfer" && kForeignKeysSetting == "transfer_foreign_keys");

constexpr std::array<const char*, kRowKinds> kCounts = {
    "SELECT count(*) FROM users",
    "SELECT count(*) FROM email_tokens",
    "SELECT count(*) FROM cooldowns",
    "SELECT count(*) FROM orders",
    "SELECT count(*) FROM refunds",
    "SELECT count(*) FROM messages",
    "SELECT count(*) FROM events",
    "SELECT count(*) FROM idempotency",
    "SELECT count(*) FROM settings WHERE " KEELSON_PG_NOT_A_TRANSFERS,
};

// Keys greater than $1, or where $2 says so that one too: nothing is less than the least key.
#define KEELSON_PG_AFTER(key) key " >= $1 AND (" key " <> $1 OR $2) ORDER BY " key " LIMIT $3"

#define KEELSON_PG_COPY(table, columns) "COPY " table " (" columns ") FROM STDIN (FORMAT binary)"

template <typename Row>
void ReadAll(const PgResult& result, std::vector<Row>& into) {
  into.resize(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) {
    WithColumns(into[static_cast<std::size_t>(row)], [&](auto&... columns) { result.Read(row, columns...); });
  }
}

template <typename Row>
void AddTo(PgCopyRows& copy, const Row& row) {
  WithColumns(row, [&](const auto&... columns) { copy.Add(columns...); });
}

template <typename Row>
PgCopyRows CopyOf(const std::vector<Row>& rows) {
  PgCopyRows copy;
  for (const Row& row : rows) AddTo(copy, row);
  return copy;
}

template <typename Row, typename Id>
std::vector<Id> IdsOf(const std::vector<Row>& rows, Id Row::*id) {
  std::vector<Id> ids;
  ids.reserve(rows.size());
  for (const Row& row : rows) ids.push_back(row.*id);
  return ids;
}

}  // namespace

template <typename... Ts>
PgResult PgBulkTables::Select(const char* sql, const Ts&... values) {
  const PgParameters parameters(values...);
  PgResult result;
  connection_.Queue(sql, parameters.view(), PgConnection::kAnyNumber, &result);
  connection_.Finish(Deadline::Never());
  return result;
}

void PgBulkTables::NumberWaiting() {
  const PgResult last = Select(KEELSON_PG_LAST_EVENT);
  waiting_ =
      NumberEvents(last, Select("SELECT " KEELSON_PG_INBOX_COLUMNS " FROM event_inbox ORDER BY ordinal"));
}

std::int64_t PgBulkTables::Count(RowKind kind) {
  std::int64_t count = 0;
  Select(kCounts[static_cast<std::size_t>(kind)]).Read(0, count);
  return kind == RowKind::kEvents ? count + std::ssize(waiting_) : count;
}

RowBatch PgBulkTables::Read(RowKind kind, std::string_view after, int limit) {
  return WithRowsOf(kind, [&](auto rows) -> RowBatch {
    ReadInto(rows, after, limit);
    return rows;
  });
}

void PgBulkTables::ReadInto(std::vector<UserRow>& users, std::string_view after, int limit) {
  const PgResult result = Select("SELECT " KEELSON_USER_COLUMNS
                                 ", (SELECT password_hash FROM credentials WHERE user_id = id) FROM users "
                                 "WHERE " KEELSON_PG_AFTER("id"),
                                 UuidInKey(after), after.empty(), limit);
  users.resize(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) {
    UserRow& user = users[static_cast<std::size_t>(row)];
    WithColumns(user.fields, [&](auto&... columns) { result.Read(row, columns..., user.password_hash); });
  }
}

void PgBulkTables::ReadInto(std::vector<EmailToken>& tokens, std::string_view after, int limit) {
  ReadAll(Select("SELECT " KEELSON_TOKEN_COLUMNS
                 " FROM email_tokens WHERE (user_id, purpose) > ($1, $2) ORDER BY user_id, purpose LIMIT $3",
                 UuidInKey(after), NumberInKey(after, sizeof(Uuid)), limit),
          tokens);
}

void PgBulkTables::ReadInto(std::vector<Cooldown>& cooldowns, std::string_view after, int limit) {
  const PgResult result = Select("SELECT key, until_time FROM cooldowns WHERE " KEELSON_PG_AFTER("key"),
                                 UuidInKey(after), after.empty(), limit);
  cooldowns.resize(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) {
    Cooldown& cooldown = cooldowns[static_cast<std::size_t>(row)];
    result.Read(row, cooldown.key, cooldown.until);
  }
}

void PgBulkTables::ReadInto(std::vector<OrderFields>& orders, std::string_view after, int limit) {
  ReadAll(Select("SELECT " KEELSON_ORDER_COLUMNS " FROM orders WHERE " KEELSON_PG_AFTER("id"),
                 UuidInKey(after), after.empty(), limit),
          orders);
  if (!orders.empty()) ReadLines(orders);
}

void PgBulkTables::ReadLines(std::vector<OrderFields>& orders) {
  const PgResult result = Select("SELECT order_id, " KEELSON_ORDER_LINE_COLUMNS
                                 " FROM order_lines WHERE order_id BETWEEN $1 AND $2 "
                                 "ORDER BY order_id, user_id, line",
                                 orders.front().id, orders.back().id);
  auto order = orders.begin();
  for (int row = 0; row < result.rows(); ++row) {
    OrderId id;
    OrderLine line;
    WithColumns(line, [&](auto&... columns) { result.Read(row, id, columns...); });
    while (order != orders.end() && order->id != id) ++order;
    if (order == orders.end()) throw std::runtime_error("an order's line is without its order");
    order->lines.push_back(std::move(line));
  }
}

void PgBulkTables::ReadInto(std::vector<RefundFields>& refunds, std::string_view after, int limit) {
  ReadAll(Select("SELECT " KEELSON_REFUND_COLUMNS
                 " FROM refunds WHERE (order_id, id) > ($1, $2) ORDER BY order_id, id LIMIT $3",
                 UuidInKey(after), UuidInKey(after, sizeof(Uuid)), limit),
          refunds);
}

void PgBulkTables::ReadInto(std::vector<Message>& messages, std::string_view after, int limit) {
  ReadAll(Select("SELECT " KEELSON_MESSAGE_COLUMNS " FROM messages WHERE " KEELSON_PG_AFTER("id"),
                 UuidInKey(after), after.empty(), limit),
          messages);
}

void PgBulkTables::ReadInto(std::vector<Event>& events, std::string_view after, int limit) {
  const std::int64_t sequence = NumberInKey(after);
  ReadAll(
      Select("SELECT " KEELSON_EVENT_COLUMNS " FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2",
             sequence, limit),
      events);
  for (const Event& event : waiting_) {
    if (std::ssize(events) < limit && event.sequence > sequence) events.push_back(event);
  }
}

void PgBulkTables::ReadInto(std::vector<IdempotencyRecord>& records, std::string_view after, int limit) {
  const PgResult result =
      Select("SELECT key, content, answer, create_time FROM idempotency WHERE " KEELSON_PG_AFTER("key"),
             UuidInKey(after), after.empty(), limit);
  records.resize(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) {
    IdempotencyRecord& record = records[static_cast<std::size_t>(row)];
    result.Read(row, record.key, record.content, record.answer, record.create_time);
  }
}

// By bytes, however the database sorts.
void PgBulkTables::ReadInto(std::vector<Setting>& settings, std::string_view after, int limit) {
  const PgResult result =
      Select("SELECT name, value FROM settings WHERE name COLLATE \"C\" > $1 AND " KEELSON_PG_NOT_A_TRANSFERS
             " ORDER BY name COLLATE \"C\" LIMIT $2",
             after, limit);
  settings.resize(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) {
    Setting& setting = settings[static_cast<std::size_t>(row)];
    result.Read(row, setting.name, setting.value);
  }
}

// In the place of the foreign keys. A subquery, so that each is looked up by the index whatever the
// statistics say, which a table that is being filled has none of.
void PgBulkTables::RequireUsers(const std::vector<UserId>& ids) {
  const PgResult missing = Select(
      "SELECT FROM unnest($1::uuid[]) AS wanted (user_id) "
      "WHERE (SELECT id FROM users WHERE id = wanted.user_id) IS NULL LIMIT 1",
      ids);
  if (missing.rows() > 0) throw std::runtime_error("its user is not there");
}

void PgBulkTables::RequireOrders(const std::vector<RefundFields>& refunds) {
  const PgResult missing = Select(
      "SELECT FROM unnest($1::uuid[], $2::uuid[]) AS wanted (order_id, user_id) WHERE "
      "(SELECT id FROM orders WHERE id = wanted.order_id AND user_id = wanted.user_id) IS NULL LIMIT 1",
      IdsOf(refunds, &RefundFields::order_id), IdsOf(refunds, &RefundFields::user_id));
  if (missing.rows() > 0) throw std::runtime_error("its order is not there");
}

void PgBulkTables::Insert(const RowBatch& batch) {
  std::visit(
      [&](const auto& rows) {
        if (!rows.empty()) InsertRows(rows);
      },
      batch);
}

void PgBulkTables::InsertRows(const std::vector<UserRow>& users) {
  PgCopyRows copy;
  PgCopyRows credentials;
  for (const UserRow& user : users) {
    AddTo(copy, user.fields);
    if (user.password_hash) credentials.Add(user.fields.id, *user.password_hash);
  }
  connection_.CopyIn(KEELSON_PG_COPY("users", KEELSON_USER_COLUMNS), copy.Finish(), Deadline::Never());
  connection_.CopyIn(KEELSON_PG_COPY("credentials", "user_id, password_hash"), credentials.Finish(),
                     Deadline::Never());
}

void PgBulkTables::InsertRows(const std::vector<EmailToken>& tokens) {
  connection_.CopyIn(KEELSON_PG_COPY("email_tokens", KEELSON_TOKEN_COLUMNS), CopyOf(tokens).Finish(),
                     Deadline::Never());
  RequireUsers(IdsOf(tokens, &EmailToken::user_id));
}

void PgBulkTables::InsertRows(const std::vector<Cooldown>& cooldowns) {
  PgCopyRows copy;
  for (const Cooldown& cooldown : cooldowns) copy.Add(cooldown.key, cooldown.until);
  connection_.CopyIn(KEELSON_PG_COPY("cooldowns", "key, until_time"), copy.Finish(), Deadline::Never());
}

void PgBulkTables::InsertRows(const std::vector<OrderFields>& orders) {
  PgCopyRows references;
  PgCopyRows lines;
  for (const OrderFields& order : orders) {
    if (!order.reference.empty()) references.Add(order.reference, order.id, order.user_id);
    std::int64_t number = 0;
    for (const OrderLine& line : order.lines) {
      WithColumns(line,
                  [&](const auto&... columns) { lines.Add(order.id, order.user_id, number++, columns...); });
    }
  }
  connection_.CopyIn(KEELSON_PG_COPY("orders", KEELSON_ORDER_COLUMNS), CopyOf(orders).Finish(),
                     Deadline::Never());
  connection_.CopyIn(KEELSON_PG_COPY("order_references", "reference, order_id, user_id"), references.Finish(),
                     Deadline::Never());
  connection_.CopyIn(KEELSON_PG_COPY("order_lines", "order_id, user_id, line, " KEELSON_ORDER_LINE_COLUMNS),
                     lines.Finish(), Deadline::Never());
  RequireUsers(IdsOf(orders, &OrderFields::user_id));
}

void PgBulkTables::InsertRows(const std::vector<RefundFields>& refunds) {
  connection_.CopyIn(KEELSON_PG_COPY("refunds", KEELSON_REFUND_COLUMNS), CopyOf(refunds).Finish(),
                     Deadline::Never());
  RequireOrders(refunds);
}

void PgBulkTables::InsertRows(const std::vector<Message>& messages) {
  connection_.CopyIn(KEELSON_PG_COPY("messages", KEELSON_MESSAGE_COLUMNS), CopyOf(messages).Finish(),
                     Deadline::Never());
}

void PgBulkTables::InsertRows(const std::vector<Event>& events) {
  connection_.CopyIn(KEELSON_PG_COPY("events", KEELSON_EVENT_COLUMNS), CopyOf(events).Finish(),
                     Deadline::Never());
}

void PgBulkTables::InsertRows(const std::vector<IdempotencyRecord>& records) {
  PgCopyRows copy;
  for (const IdempotencyRecord& record : records) {
    copy.Add(record.key, record.content, PgBytes{record.answer}, record.create_time);
  }
  connection_.CopyIn(KEELSON_PG_COPY("idempotency", "key, content, answer, create_time"), copy.Finish(),
                     Deadline::Never());
}

void PgBulkTables::InsertRows(const std::vector<Setting>& settings) {
  PgCopyRows copy;
  for (const Setting& setting : settings) copy.Add(setting.name, PgBytes{setting.value});
  connection_.CopyIn(KEELSON_PG_COPY("settings", "name, value"), copy.Finish(), Deadline::Never());
}

}  // namespace keelson
