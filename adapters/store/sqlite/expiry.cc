#include "adapters/store/sqlite/expiry.h"

#include <algorithm>

#include "adapters/store/sqlite/listing.h"

namespace keelson {
namespace {

constexpr Sql kDeleteExpiredTokens =
    "DELETE FROM email_tokens WHERE (user_id, purpose) IN (SELECT user_id, purpose FROM email_tokens "
    "WHERE expire_time < ? ORDER BY expire_time LIMIT ?)";
constexpr Sql kDeleteExpiredCooldowns =
    "DELETE FROM cooldowns WHERE key IN (SELECT key FROM cooldowns WHERE until_time < ? "
    "ORDER BY until_time LIMIT ?)";
constexpr Sql kDeleteExpiredSessions =
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expire_time <= ? "
    "ORDER BY expire_time LIMIT ?)";
constexpr Sql kDeleteExpiredThrottles =
    "DELETE FROM sign_in_throttles WHERE key IN (SELECT key FROM sign_in_throttles WHERE expire_time <= ? "
    "ORDER BY expire_time LIMIT ?)";
constexpr Sql kDeleteExpiredIdempotency =
    "DELETE FROM idempotency WHERE row IN (SELECT row FROM idempotency WHERE create_time < ? "
    "ORDER BY create_time LIMIT ?)";
constexpr Sql kDeleteEndedMessages =
    "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE end_time < ? "
    "ORDER BY end_time LIMIT ?)";

}  // namespace

SqliteExpiry::SqliteExpiry(Connection& connection)
    : connection_(connection),
      delete_tokens_(connection, kDeleteExpiredTokens),
      delete_cooldowns_(connection, kDeleteExpiredCooldowns),
      delete_sessions_(connection, kDeleteExpiredSessions),
      delete_throttles_(connection, kDeleteExpiredThrottles),
      delete_idempotency_(connection, kDeleteExpiredIdempotency),
      delete_messages_(connection, kDeleteEndedMessages) {}

absl::StatusOr<bool> SqliteExpiry::DeleteExpired(const ExpiryBounds& bounds, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<bool> {
    const int most = LimitParameter(limit);
    const int deleted =
        std::max({delete_tokens_.Execute(bounds.now, most), delete_cooldowns_.Execute(bounds.now, most),
                  delete_sessions_.Execute(bounds.now, most), delete_throttles_.Execute(bounds.now, most),
                  delete_idempotency_.Execute(bounds.answers_before, most),
                  delete_messages_.Execute(bounds.messages_before, most)});
    return deleted == most;
  });
}

}  // namespace keelson
