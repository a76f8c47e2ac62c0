#include "adapters/store/sqlite/bulk_tables.h"

#include <array>

#include "adapters/store/sqlite/ledger.h"
#include "adapters/store/sqlite/orders.h"
#include "adapters/store/sqlite/users.h"

namespace keelson {
namespace {

// Excludes the row that holds the checkpoint of an incomplete transfer.
constexpr Sql kIsSetting = "name <> 'transfer'";
static_assert(kTransferCheckpoint == "transfer");

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

constexpr auto kExportUsers = "SELECT " + kColumnNames<UserFields> +
                              ", password_hash FROM users LEFT JOIN credentials ON user_id = id WHERE id > ? "
                              "ORDER BY id LIMIT ?";
constexpr auto kExportSessions =
    "SELECT " + kColumnNames<SessionFields> + " FROM sessions WHERE id > ? ORDER BY id LIMIT ?";
constexpr auto kExportTokens =
    "SELECT " + kColumnNames<EmailToken> +
    " FROM email_tokens WHERE (user_id, purpose) > (?, ?) ORDER BY user_id, purpose LIMIT ?";
constexpr auto kExportCooldowns =
    "SELECT " + kColumnNames<Cooldown> + " FROM cooldowns WHERE key > ? ORDER BY key LIMIT ?";
constexpr auto kExportThrottles =
    "SELECT " + kColumnNames<Throttle> + " FROM sign_in_throttles WHERE key > ? ORDER BY key LIMIT ?";
constexpr auto kExportOrders =
    "SELECT " + kColumnNames<OrderFields> + " FROM orders WHERE id > ? ORDER BY id LIMIT ?";
constexpr auto kExportRefunds = "SELECT " + kColumnNames<RefundFields> +
                                " FROM refunds WHERE (order_id, id) > (?, ?) ORDER BY order_id, id LIMIT ?";
constexpr auto kExportMessages =
    "SELECT " + kColumnNames<Message> + " FROM messages WHERE id > ? ORDER BY id LIMIT ?";
constexpr auto kExportEvents =
    "SELECT " + kColumnNames<Event> + " FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?";
constexpr auto kExportRecords =
    "SELECT " + kColumnNames<IdempotencyRecord> + " FROM idempotency WHERE key > ? ORDER BY key LIMIT ?";
constexpr auto kExportSettings = "SELECT " + kColumnNames<Setting> + " FROM settings WHERE name > ? AND " +
                                 kIsSetting + " ORDER BY name LIMIT ?";

constexpr auto kExportEntries =
    "SELECT " + kColumnNames<LedgerEntry> +
    " FROM ledger_entries WHERE (order_id, id) > (?, ?) ORDER BY order_id, id LIMIT ?";

template <typename Row, Sql table>
constexpr auto& kImportInto = kInsertInto<SqlDialect::kSqlite, Row, table>;

// Returns the id in a key. For an empty key, returns an empty blob, which sorts before every id.
BytesView IdIn(std::string_view key, std::size_t offset = 0) {
  return BytesView{key.size() > offset ? key.substr(offset, sizeof(Uuid)) : std::string_view("")};
}

template <typename Row>
void ReadAll(Rows rows, std::vector<Row>& into) {
  while (rows.Next()) into.push_back(rows.ReadRow<Row>());
}

}  // namespace

BulkTables::BulkTables(Connection& c)
    : connection_(c),
      list_users_(c, kExportUsers),
      list_sessions_(c, kExportSessions),
      list_tokens_(c, kExportTokens),
      list_cooldowns_(c, kExportCooldowns),
      list_throttles_(c, kExportThrottles),
      list_orders_(c, kExportOrders),
      list_lines_(c, kSqliteFindOrderLines),
      list_payments_(c, kSqliteFindOrderPayments),
      list_refunds_(c, kExportRefunds),
      list_messages_(c, kExportMessages),
      list_events_(c, kExportEvents),
      list_records_(c, kExportRecords),
      list_settings_(c, kExportSettings),
      list_entries_(c, kExportEntries),
      insert_user_(c, kImportInto<UserFields, "users">),
      insert_credentials_(c, kSqliteInsertCredentials),
      insert_session_(c, kImportInto<SessionFields, "sessions">),
      insert_token_(c, kImportInto<EmailToken, "email_tokens">),
      insert_cooldown_(c, kImportInto<Cooldown, "cooldowns">),
      insert_throttle_(c, kImportInto<Throttle, "sign_in_throttles">),
      insert_order_(c, kImportInto<OrderFields, "orders">),
      insert_line_(c, kSqliteInsertOrderLine),
      insert_payment_(c, kSqliteInsertOrderPayment),
      insert_refund_(c, kImportInto<RefundFields, "refunds">),
      insert_message_(c, kImportInto<Message, "messages">),
      insert_event_(c, kImportInto<Event, "events">),
      insert_record_(c, kImportInto<IdempotencyRecord, "idempotency">),
      insert_setting_(c, kImportInto<Setting, "settings">),
      insert_entry_(c, kSqliteInsertLedgerEntry) {}

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
    user.fields = rows.ReadRow<UserFields>(user.password_hash);
  }
}

void BulkTables::ReadInto(std::vector<SessionFields>& sessions, std::string_view after, int limit) {
  ReadAll(list_sessions_.Select(IdIn(after), limit), sessions);
}

void BulkTables::ReadInto(std::vector<EmailToken>& tokens, std::string_view after, int limit) {
  ReadAll(list_tokens_.Select(IdIn(after), NumberInKey(after, sizeof(Uuid)), limit), tokens);
}

void BulkTables::ReadInto(std::vector<Cooldown>& cooldowns, std::string_view after, int limit) {
  ReadAll(list_cooldowns_.Select(IdIn(after), limit), cooldowns);
}

void BulkTables::ReadInto(std::vector<Throttle>& throttles, std::string_view after, int limit) {
  ReadAll(list_throttles_.Select(IdIn(after), limit), throttles);
}

void BulkTables::ReadInto(std::vector<OrderFields>& orders, std::string_view after, int limit) {
  ReadAll(list_orders_.Select(IdIn(after), limit), orders);
  for (OrderFields& order : orders) {
    ReadAll(list_lines_.Select(order.id), order.lines);
    // Whatever payment_count is, so that keelson verify compares both.
    ReadAll(list_payments_.Select(order.id), order.payments);
  }
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
  ReadAll(list_records_.Select(IdIn(after), limit), records);
}

void BulkTables::ReadInto(std::vector<Setting>& settings, std::string_view after, int limit) {
  ReadAll(list_settings_.Select(after, limit), settings);
}

void BulkTables::ReadInto(std::vector<LedgerEntry>& entries, std::string_view after, int limit) {
  ReadAll(list_entries_.Select(IdIn(after), IdIn(after, sizeof(Uuid)), limit), entries);
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
  insert_user_.ExecuteRow(user.fields);
  if (user.password_hash) insert_credentials_.Execute(user.fields.id, *user.password_hash);
}

void BulkTables::InsertRow(const SessionFields& session) {
  insert_session_.ExecuteRow(session);
}

void BulkTables::InsertRow(const EmailToken& token) {
  insert_token_.ExecuteRow(token);
}

void BulkTables::InsertRow(const Cooldown& cooldown) {
  insert_cooldown_.ExecuteRow(cooldown);
}

void BulkTables::InsertRow(const Throttle& throttle) {
  insert_throttle_.ExecuteRow(throttle);
}

void BulkTables::InsertRow(const OrderFields& order) {
  insert_order_.ExecuteRow(order);
  std::int64_t number = 0;
  for (const OrderLine& line : order.lines) insert_line_.ExecuteRow(line, order.id, number++);
  number = 0;
  for (const OrderPayment& payment : order.payments) {
    insert_payment_.ExecuteRow(payment, order.id, number++, order.create_time);
  }
}

void BulkTables::InsertRow(const RefundFields& refund) {
  insert_refund_.ExecuteRow(refund);
}

void BulkTables::InsertRow(const Message& message) {
  insert_message_.ExecuteRow(message);
}

void BulkTables::InsertRow(const Event& event) {
  insert_event_.ExecuteRow(event);
}

void BulkTables::InsertRow(const IdempotencyRecord& record) {
  insert_record_.ExecuteRow(record);
}

void BulkTables::InsertRow(const Setting& setting) {
  insert_setting_.ExecuteRow(setting);
}

void BulkTables::InsertRow(const LedgerEntry& entry) {
  insert_entry_.ExecuteRow(entry);
}

}  // namespace keelson
