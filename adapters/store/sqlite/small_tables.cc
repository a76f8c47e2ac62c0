#include "adapters/store/sqlite/small_tables.h"

#include "adapters/store/sqlite/listing.h"

namespace keelson {

SqliteIdempotency::SqliteIdempotency(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT key, content, answer, create_time FROM idempotency WHERE key = ?"),
      insert_(connection, "INSERT INTO idempotency (key, content, answer, create_time) VALUES (?, ?, ?, ?)") {
}

Found<IdempotencyRecord> SqliteIdempotency::Find(const Fingerprint& key) {
  return connection_.CatchErrors([&]() -> Found<IdempotencyRecord> {
    Rows rows = find_.Select(key);
    if (!rows.Next()) return std::nullopt;
    IdempotencyRecord record;
    rows.Read(record.key, record.content, record.answer, record.create_time);
    return record;
  });
}

absl::Status SqliteIdempotency::Insert(const IdempotencyRecord& record) {
  return connection_.CatchErrors([&] {
    insert_.Execute(record.key, record.content, Blob{record.answer}, record.create_time);
    return absl::OkStatus();
  });
}

SqliteCooldowns::SqliteCooldowns(Connection& connection)
    : connection_(connection),
      start_(connection,
             "INSERT INTO cooldowns (key, until_time) VALUES (?1, ?3) ON CONFLICT (key) DO UPDATE "
             "SET until_time = excluded.until_time WHERE until_time <= ?2") {}

absl::StatusOr<bool> SqliteCooldowns::TryStart(const Fingerprint& key, absl::Time now, absl::Time until) {
  return connection_.CatchErrors(
      [&]() -> absl::StatusOr<bool> { return start_.Execute(key, now, until) == 1; });
}

SqliteSettings::SqliteSettings(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT value FROM settings WHERE name = ?"),
      insert_(connection, "INSERT INTO settings (name, value) VALUES (?, ?)") {}

Found<std::string> SqliteSettings::Find(std::string_view name) {
  return connection_.CatchErrors([&]() -> Found<std::string> {
    Rows rows = find_.Select(name);
    if (!rows.Next()) return std::nullopt;
    std::string value;
    rows.Read(value);
    return value;
  });
}

absl::Status SqliteSettings::Insert(std::string_view name, std::string_view value) {
  return connection_.CatchErrors([&] {
    insert_.Execute(name, Blob{value});
    return absl::OkStatus();
  });
}

SqliteExpiry::SqliteExpiry(Connection& connection)
    : connection_(connection),
      delete_tokens_(connection,
                     "DELETE FROM email_tokens WHERE (user_id, purpose) IN (SELECT user_id, purpose FROM "
                     "email_tokens WHERE expire_time < ? ORDER BY expire_time LIMIT ?)"),
      delete_cooldowns_(connection,
                        "DELETE FROM cooldowns WHERE key IN (SELECT key FROM cooldowns WHERE until_time < ? "
                        "ORDER BY until_time LIMIT ?)"),
      delete_answers_(
          connection,
          "DELETE FROM idempotency WHERE row IN (SELECT row FROM idempotency WHERE create_time < ? "
          "ORDER BY create_time LIMIT ?)"),
      delete_messages_(connection,
                       "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE end_time < ? "
                       "ORDER BY end_time LIMIT ?)") {}

absl::StatusOr<bool> SqliteExpiry::DeleteExpired(const ExpiryBounds& bounds, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<bool> {
    const int most = LimitParameter(limit);
    const int tokens = delete_tokens_.Execute(bounds.now, most);
    const int cooldowns = delete_cooldowns_.Execute(bounds.now, most);
    const int answers = delete_answers_.Execute(bounds.answers_before, most);
    const int messages = delete_messages_.Execute(bounds.messages_before, most);
    return tokens == most || cooldowns == most || answers == most || messages == most;
  });
}

SqliteProbe::SqliteProbe(Connection& connection)
    : connection_(connection),
      write_(connection, "INSERT OR REPLACE INTO probe (id, content) VALUES (1, randomblob(65536))") {}

absl::Status SqliteProbe::Write() {
  return connection_.CatchErrors([&] {
    write_.Execute();
    return absl::OkStatus();
  });
}

}  // namespace keelson
