#include "adapters/store/postgres/bulk_tables.h"

#include <array>
#include <stdexcept>

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/foreign_keys.h"
#include "adapters/store/postgres/sequencer.h"

namespace keelson {
namespace {

// Excludes the two rows that hold the state of an incomplete transfer.
constexpr Sql kIsSetting = "name NOT IN ('transfer', 'transfer_foreign_keys')";
static_assert(kTransferCheckpoint == "transfer" && kForeignKeysSetting == "transfer_foreign_keys");

constexpr auto kCountSettings = "SELECT count(*) FROM settings WHERE " + kIsSetting;
constexpr std::array<const char*, kRowKinds> kCounts = {
    "SELECT count(*) FROM users",
    "SELECT count(*) FROM sessions",
    "SELECT count(*) FROM email_tokens",
    "SELECT count(*) FROM cooldowns",
    "SELECT count(*) FROM sign_in_throttles",
    "SELECT count(*) FROM orders",
    "SELECT count(*) FROM refunds",
    "SELECT count(*) FROM messages",
    "SELECT count(*) FROM events",
    "SELECT count(*) FROM idempotency",
    kCountSettings,
    "SELECT count(*) FROM ledger_entries",
};

// Selects the rows with keys greater than $1. If $2 is true, also the row with the key $1: the first page
// starts at the smallest possible key, and must include that key.
constexpr auto PageAfter(const auto& key) {
  return Sql(key) + " >= $1 AND (" + Sql(key) + " <> $1 OR $2) ORDER BY " + Sql(key) + " LIMIT $3";
}

constexpr auto kExportUsers =
    "SELECT " + kColumnNames<UserFields> +
    ", (SELECT password_hash FROM credentials WHERE user_id = id) FROM users WHERE " + PageAfter("id");
constexpr auto kExportSessions =
    "SELECT " + kColumnNames<SessionFields> + " FROM sessions WHERE " + PageAfter("id");
constexpr auto kExportTokens =
    "SELECT " + kColumnNames<EmailToken> +
    " FROM email_tokens WHERE (user_id, purpose) > ($1, $2) ORDER BY user_id, purpose LIMIT $3";
constexpr auto kExportCooldowns =
    "SELECT " + kColumnNames<Cooldown> + " FROM cooldowns WHERE " + PageAfter("key");
constexpr auto kExportThrottles =
    "SELECT " + kColumnNames<Throttle> + " FROM sign_in_throttles WHERE " + PageAfter("key");
constexpr auto kExportOrders =
    "SELECT " + kColumnNames<OrderFields> + " FROM orders WHERE " + PageAfter("id");
constexpr auto kExportLines =
    "SELECT " + kColumnNames<OrderLine> +
    ", order_id FROM order_lines WHERE order_id BETWEEN $1 AND $2 ORDER BY order_id, user_id, line";
// Whatever payment_count is, so that keelson verify compares both.
constexpr auto kExportPayments =
    "SELECT " + kColumnNames<OrderPayment> +
    ", order_id FROM order_payments WHERE order_id BETWEEN $1 AND $2 ORDER BY order_id, user_id, payment";
constexpr auto kExportRefunds =
    "SELECT " + kColumnNames<RefundFields> +
    " FROM refunds WHERE (order_id, id) > ($1, $2) ORDER BY order_id, id LIMIT $3";
constexpr auto kExportMessages =
    "SELECT " + kColumnNames<Message> + " FROM messages WHERE " + PageAfter("id");
constexpr auto kExportEvents =
    "SELECT " + kColumnNames<Event> + " FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2";
constexpr auto kExportInbox =
    "SELECT " + kColumnNames<Event, PgInboxColumns> + " FROM event_inbox ORDER BY ordinal";
constexpr auto kExportRecords =
    "SELECT " + kColumnNames<IdempotencyRecord> + " FROM idempotency WHERE " + PageAfter("key");
// COLLATE "C" sorts by bytes, independently of the database's collation.
constexpr auto kExportSettings = "SELECT " + kColumnNames<Setting> +
                                 " FROM settings WHERE name COLLATE \"C\" > $1 AND " + kIsSetting +
                                 " ORDER BY name COLLATE \"C\" LIMIT $2";
constexpr auto kExportEntries =
    "SELECT " + kColumnNames<LedgerEntry> +
    " FROM ledger_entries WHERE (order_id, id) > ($1, $2) ORDER BY order_id, id LIMIT $3";

// Checks the references whose foreign keys are suspended (PgForeignKeys). The scalar subquery forces an index
// lookup for each key: a table that is being filled has no statistics, so the planner might choose a
// sequential scan for a join.
constexpr Sql kFindMissingUser =
    "SELECT FROM unnest($1::uuid[]) AS wanted (user_id) "
    "WHERE (SELECT id FROM users WHERE id = wanted.user_id) IS NULL LIMIT 1";
constexpr Sql kFindMissingOrder =
    "SELECT FROM unnest($1::uuid[], $2::uuid[]) AS wanted (order_id, user_id) WHERE "
    "(SELECT id FROM orders WHERE id = wanted.order_id AND user_id = wanted.user_id) IS NULL LIMIT 1";

constexpr auto CopyInto(const auto& table, const auto& columns) {
  return "COPY " + Sql(table) + " (" + columns + ") FROM STDIN (FORMAT binary)";
}
constexpr auto kCopyUsers = CopyInto("users", kColumnNames<UserFields>);
constexpr auto kCopyCredentials = CopyInto("credentials", "user_id, password_hash");
constexpr auto kCopySessions = CopyInto("sessions", kColumnNames<SessionFields>);
constexpr auto kCopyTokens = CopyInto("email_tokens", kColumnNames<EmailToken>);
constexpr auto kCopyCooldowns = CopyInto("cooldowns", kColumnNames<Cooldown>);
constexpr auto kCopyThrottles = CopyInto("sign_in_throttles", kColumnNames<Throttle>);
constexpr auto kCopyOrders = CopyInto("orders", kColumnNames<OrderFields>);
constexpr auto kCopyReferences = CopyInto("order_references", "reference, order_id, user_id");
constexpr auto kCopyLines = CopyInto("order_lines", "order_id, user_id, line, " + kColumnNames<OrderLine>);
constexpr auto kCopyPayments =
    CopyInto("order_payments", "order_id, user_id, payment, order_time, " + kColumnNames<OrderPayment>);
constexpr auto kCopyRefunds = CopyInto("refunds", kColumnNames<RefundFields>);
constexpr auto kCopyMessages = CopyInto("messages", kColumnNames<Message>);
constexpr auto kCopyEvents = CopyInto("events", kColumnNames<Event>);
constexpr auto kCopyRecords = CopyInto("idempotency", kColumnNames<IdempotencyRecord>);
constexpr auto kCopySettings = CopyInto("settings", kColumnNames<Setting>);
constexpr auto kCopyEntries = CopyInto("ledger_entries", kColumnNames<LedgerEntry>);

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
  const PgResult last = Select(kPgFindLastEvent);
  waiting_ = NumberEvents(last, Select(kExportInbox));
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
  const PgResult result = Select(kExportUsers, UuidInKey(after), after.empty(), limit);
  users.resize(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) {
    UserRow& user = users[static_cast<std::size_t>(row)];
    user.fields = ReadRow<UserFields>(result, row, user.password_hash);
  }
}

void PgBulkTables::ReadInto(std::vector<SessionFields>& sessions, std::string_view after, int limit) {
  sessions = ReadRows<SessionFields>(Select(kExportSessions, UuidInKey(after), after.empty(), limit));
}

void PgBulkTables::ReadInto(std::vector<EmailToken>& tokens, std::string_view after, int limit) {
  tokens =
      ReadRows<EmailToken>(Select(kExportTokens, UuidInKey(after), NumberInKey(after, sizeof(Uuid)), limit));
}

void PgBulkTables::ReadInto(std::vector<Cooldown>& cooldowns, std::string_view after, int limit) {
  cooldowns = ReadRows<Cooldown>(Select(kExportCooldowns, UuidInKey(after), after.empty(), limit));
}

void PgBulkTables::ReadInto(std::vector<Throttle>& throttles, std::string_view after, int limit) {
  throttles = ReadRows<Throttle>(Select(kExportThrottles, UuidInKey(after), after.empty(), limit));
}

void PgBulkTables::ReadInto(std::vector<OrderFields>& orders, std::string_view after, int limit) {
  orders = ReadRows<OrderFields>(Select(kExportOrders, UuidInKey(after), after.empty(), limit));
  if (orders.empty()) return;
  ReadChildren(kExportLines, &OrderFields::lines, orders);
  ReadChildren(kExportPayments, &OrderFields::payments, orders);
}

template <typename Child>
void PgBulkTables::ReadChildren(const char* sql, std::vector<Child> OrderFields::*children,
                                std::vector<OrderFields>& orders) {
  const PgResult result = Select(sql, orders.front().id, orders.back().id);
  auto order = orders.begin();
  for (int row = 0; row < result.rows(); ++row) {
    OrderId id;
    Child child = ReadRow<Child>(result, row, id);
    while (order != orders.end() && order->id != id) ++order;
    if (order == orders.end()) throw std::runtime_error("an order line or payment refers to a missing order");
    ((*order).*children).push_back(std::move(child));
  }
}

void PgBulkTables::ReadInto(std::vector<RefundFields>& refunds, std::string_view after, int limit) {
  refunds =
      ReadRows<RefundFields>(Select(kExportRefunds, UuidInKey(after), UuidInKey(after, sizeof(Uuid)), limit));
}

void PgBulkTables::ReadInto(std::vector<Message>& messages, std::string_view after, int limit) {
  messages = ReadRows<Message>(Select(kExportMessages, UuidInKey(after), after.empty(), limit));
}

void PgBulkTables::ReadInto(std::vector<Event>& events, std::string_view after, int limit) {
  const std::int64_t sequence = NumberInKey(after);
  events = ReadRows<Event>(Select(kExportEvents, sequence, limit));
  for (const Event& event : waiting_) {
    if (std::ssize(events) < limit && event.sequence > sequence) events.push_back(event);
  }
}

void PgBulkTables::ReadInto(std::vector<IdempotencyRecord>& records, std::string_view after, int limit) {
  records = ReadRows<IdempotencyRecord>(Select(kExportRecords, UuidInKey(after), after.empty(), limit));
}

void PgBulkTables::ReadInto(std::vector<Setting>& settings, std::string_view after, int limit) {
  settings = ReadRows<Setting>(Select(kExportSettings, after, limit));
}

void PgBulkTables::ReadInto(std::vector<LedgerEntry>& entries, std::string_view after, int limit) {
  entries =
      ReadRows<LedgerEntry>(Select(kExportEntries, UuidInKey(after), UuidInKey(after, sizeof(Uuid)), limit));
}

void PgBulkTables::RequireUsers(const std::vector<UserId>& ids) {
  if (Select(kFindMissingUser, ids).rows() > 0)
    throw std::runtime_error("the user of the row does not exist");
}

void PgBulkTables::RequireOrders(const std::vector<RefundFields>& refunds) {
  const PgResult missing = Select(kFindMissingOrder, IdsOf(refunds, &RefundFields::order_id),
                                  IdsOf(refunds, &RefundFields::user_id));
  if (missing.rows() > 0) throw std::runtime_error("the order of the row does not exist");
}

void PgBulkTables::Insert(const RowBatch& batch) {
  std::visit(
      [&](const auto& rows) {
        if (!rows.empty()) InsertRows(rows);
      },
      batch);
}

template <typename Row>
void PgBulkTables::CopyIn(const char* sql, const std::vector<Row>& rows) {
  PgCopyRows copy;
  for (const Row& row : rows) copy.AddRow(row);
  CopyIn(sql, copy);
}

// No deadline, because the duration depends on the size of the table. TCP keepalives detect a lost server.
void PgBulkTables::CopyIn(const char* sql, PgCopyRows& rows) {
  connection_.CopyIn(sql, rows.Finish(), Deadline::Never());
}

void PgBulkTables::InsertRows(const std::vector<UserRow>& users) {
  PgCopyRows fields;
  PgCopyRows credentials;
  for (const UserRow& user : users) {
    fields.AddRow(user.fields);
    if (user.password_hash) credentials.Add(user.fields.id, *user.password_hash);
  }
  CopyIn(kCopyUsers, fields);
  CopyIn(kCopyCredentials, credentials);
}

void PgBulkTables::InsertRows(const std::vector<SessionFields>& sessions) {
  CopyIn(kCopySessions, sessions);
  RequireUsers(IdsOf(sessions, &SessionFields::user_id));
}

void PgBulkTables::InsertRows(const std::vector<EmailToken>& tokens) {
  CopyIn(kCopyTokens, tokens);
  RequireUsers(IdsOf(tokens, &EmailToken::user_id));
}

void PgBulkTables::InsertRows(const std::vector<Cooldown>& cooldowns) {
  CopyIn(kCopyCooldowns, cooldowns);
}

void PgBulkTables::InsertRows(const std::vector<Throttle>& throttles) {
  CopyIn(kCopyThrottles, throttles);
}

void PgBulkTables::InsertRows(const std::vector<OrderFields>& orders) {
  PgCopyRows references;
  PgCopyRows lines;
  PgCopyRows payments;
  for (const OrderFields& order : orders) {
    if (!order.reference.empty()) references.Add(order.reference, order.id, order.user_id);
    std::int64_t number = 0;
    for (const OrderLine& line : order.lines) lines.AddRow(line, order.id, order.user_id, number++);
    number = 0;
    for (const OrderPayment& payment : order.payments) {
      payments.AddRow(payment, order.id, order.user_id, number++, order.create_time);
    }
  }
  CopyIn(kCopyOrders, orders);
  CopyIn(kCopyReferences, references);
  CopyIn(kCopyLines, lines);
  CopyIn(kCopyPayments, payments);
  RequireUsers(IdsOf(orders, &OrderFields::user_id));
}

void PgBulkTables::InsertRows(const std::vector<RefundFields>& refunds) {
  CopyIn(kCopyRefunds, refunds);
  RequireOrders(refunds);
}

void PgBulkTables::InsertRows(const std::vector<Message>& messages) {
  CopyIn(kCopyMessages, messages);
}

void PgBulkTables::InsertRows(const std::vector<Event>& events) {
  CopyIn(kCopyEvents, events);
}

void PgBulkTables::InsertRows(const std::vector<IdempotencyRecord>& records) {
  CopyIn(kCopyRecords, records);
}

void PgBulkTables::InsertRows(const std::vector<Setting>& settings) {
  CopyIn(kCopySettings, settings);
}

void PgBulkTables::InsertRows(const std::vector<LedgerEntry>& entries) {
  CopyIn(kCopyEntries, entries);
}

}  // namespace keelson
