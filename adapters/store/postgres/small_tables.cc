#include "adapters/store/postgres/small_tables.h"

#include "adapters/store/postgres/listing.h"
#include "adapters/store/postgres/write_session.h"

namespace keelson {

Found<IdempotencyRecord> PgAnswers::Find(const Fingerprint& key) {
  return session_.CatchErrors([&]() -> Found<IdempotencyRecord> {
    const PgResult result =
        session_.SelectOne("SELECT key, content, answer, create_time FROM idempotency WHERE key = $1", key);
    if (result.rows() == 0) return std::nullopt;
    IdempotencyRecord r;
    result.Read(0, r.key, r.content, r.answer, r.create_time);
    return r;
  });
}

Found<IdempotencyRecord> PgIdempotency::Find(const Fingerprint& key) {
  if (!session_.trusting()) return PgAnswers(session_).Find(key);
  session_.Trust(key);
  return std::nullopt;
}

absl::Status PgIdempotency::Insert(const IdempotencyRecord& record) {
  return session_.CatchErrors([&] {
    session_.Execute("INSERT INTO idempotency (key, content, answer, create_time) VALUES ($1, $2, $3, $4)",
                     record.key, record.content, PgBytes{record.answer}, record.create_time);
    session_.Confirm(record.key);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> PgCooldowns::TryStart(const Fingerprint& key, absl::Time now, absl::Time until) {
  return session_.CatchErrors([&]() -> absl::StatusOr<bool> {
    return session_
               .Select(
                   "INSERT INTO cooldowns (key, until_time) VALUES ($1, $3) ON CONFLICT (key) DO UPDATE SET "
                   "until_time = excluded.until_time WHERE cooldowns.until_time <= $2",
                   key, now, until)
               .affected() == 1;
  });
}

Found<std::string> PgSettings::Find(std::string_view name) {
  return session_.CatchErrors([&]() -> Found<std::string> {
    const PgResult result = session_.Select("SELECT value FROM settings WHERE name = $1", name);
    if (result.rows() == 0) return std::nullopt;
    std::string value;
    result.Read(0, value);
    return value;
  });
}

absl::Status PgSettings::Insert(std::string_view name, std::string_view value) {
  return session_.CatchErrors([&] {
    session_.Execute("INSERT INTO settings (name, value) VALUES ($1, $2)", name, PgBytes{value});
    return absl::OkStatus();
  });
}

// Rows that another instance deletes at the same time are passed over.
absl::StatusOr<bool> PgExpiry::DeleteExpired(const ExpiryBounds& bounds, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<bool> {
    const std::int64_t most = LimitParameter(limit);
    PgResult tokens;
    PgResult cooldowns;
    PgResult answers;
    session_.Prefetch(
        tokens,
        "DELETE FROM email_tokens WHERE (user_id, purpose) IN (SELECT user_id, purpose FROM "
        "email_tokens WHERE expire_time < $1 ORDER BY expire_time LIMIT $2 FOR UPDATE SKIP LOCKED)",
        bounds.now, most);
    session_.Prefetch(cooldowns,
                      "DELETE FROM cooldowns WHERE key IN (SELECT key FROM cooldowns WHERE until_time < $1 "
                      "ORDER BY until_time LIMIT $2 FOR UPDATE SKIP LOCKED)",
                      bounds.now, most);
    session_.Prefetch(
        answers,
        "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE create_time < $1 "
        "ORDER BY create_time LIMIT $2 FOR UPDATE SKIP LOCKED)",
        bounds.answers_before, most);
    const PgResult messages = session_.Select(
        "DELETE FROM messages WHERE (id, user_id) IN (SELECT id, user_id FROM messages WHERE end_time < $1 "
        "ORDER BY end_time LIMIT $2 FOR UPDATE SKIP LOCKED)",
        bounds.messages_before, most);
    return tokens.affected() == most || cooldowns.affected() == most || answers.affected() == most ||
           messages.affected() == most;
  });
}

}  // namespace keelson
