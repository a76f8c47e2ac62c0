#include "adapters/store/postgres/expiry.h"

#include "adapters/store/postgres/listing.h"
#include "adapters/store/sql_columns/sql.h"

namespace keelson {
namespace {

// SKIP LOCKED skips rows that another instance is deleting.
constexpr Sql kDeleteExpiredTokens =
    "DELETE FROM email_tokens WHERE (user_id, purpose) IN (SELECT user_id, purpose FROM email_tokens "
    "WHERE expire_time < $1 ORDER BY expire_time LIMIT $2 FOR UPDATE SKIP LOCKED)";
constexpr Sql kDeleteExpiredCooldowns =
    "DELETE FROM cooldowns WHERE key IN (SELECT key FROM cooldowns WHERE until_time < $1 "
    "ORDER BY until_time LIMIT $2 FOR UPDATE SKIP LOCKED)";
constexpr Sql kDeleteExpiredIdempotency =
    "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE create_time < $1 "
    "ORDER BY create_time LIMIT $2 FOR UPDATE SKIP LOCKED)";
constexpr Sql kDeleteEndedMessages =
    "DELETE FROM messages WHERE (id, user_id) IN (SELECT id, user_id FROM messages WHERE end_time < $1 "
    "ORDER BY end_time LIMIT $2 FOR UPDATE SKIP LOCKED)";

}  // namespace

absl::StatusOr<bool> PgExpiry::DeleteExpired(const ExpiryBounds& bounds, int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<bool> {
    const std::int64_t most = LimitParameter(limit);
    PgResult tokens;
    PgResult cooldowns;
    PgResult records;
    session_.Prefetch(tokens, kDeleteExpiredTokens, bounds.now, most);
    session_.Prefetch(cooldowns, kDeleteExpiredCooldowns, bounds.now, most);
    session_.Prefetch(records, kDeleteExpiredIdempotency, bounds.answers_before, most);
    const PgResult messages = session_.Select(kDeleteEndedMessages, bounds.messages_before, most);
    return tokens.affected() == most || cooldowns.affected() == most || records.affected() == most ||
           messages.affected() == most;
  });
}

}  // namespace keelson
