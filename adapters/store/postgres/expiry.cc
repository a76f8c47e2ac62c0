#include "adapters/store/postgres/expiry.h"

#include <algorithm>
#include <array>

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
constexpr Sql kDeleteExpiredSessions =
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expire_time <= $1 "
    "ORDER BY expire_time LIMIT $2 FOR UPDATE SKIP LOCKED)";
constexpr Sql kDeleteExpiredThrottles =
    "DELETE FROM sign_in_throttles WHERE key IN (SELECT key FROM sign_in_throttles WHERE expire_time <= $1 "
    "ORDER BY expire_time LIMIT $2 FOR UPDATE SKIP LOCKED)";
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
    std::array<PgResult, 6> deleted;
    session_.Prefetch(deleted[0], kDeleteExpiredTokens, bounds.now, most);
    session_.Prefetch(deleted[1], kDeleteExpiredCooldowns, bounds.now, most);
    session_.Prefetch(deleted[2], kDeleteExpiredSessions, bounds.now, most);
    session_.Prefetch(deleted[3], kDeleteExpiredThrottles, bounds.now, most);
    session_.Prefetch(deleted[4], kDeleteExpiredIdempotency, bounds.answers_before, most);
    deleted[5] = session_.Select(kDeleteEndedMessages, bounds.messages_before, most);
    return std::any_of(deleted.begin(), deleted.end(),
                       [&](const PgResult& result) { return result.affected() == most; });
  });
}

}  // namespace keelson
