#include "adapters/store/postgres/begin.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "adapters/store/sql_columns/sql.h"

namespace keelson {
namespace {

// The server ends an idle transaction this long after the deadline of the transaction, in case the client is
// no longer running: a running client ends its transaction at the deadline.
constexpr std::int64_t kIdleGraceMilliseconds = 10'000;

// Sets synchronous_commit if it is off, because the server would then acknowledge a commit before it is on
// disk. Keeps any other value, because with every other value this server flushes the commit.
constexpr Sql kFlushCommits =
    "set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE "
    "current_setting('synchronous_commit') END, true)";
constexpr auto kSelectFlushCommits = "SELECT " + kFlushCommits;

constexpr auto kSetTimeouts =
    "SELECT set_config('statement_timeout', $1, true), "
    "set_config('idle_in_transaction_session_timeout', $2, true), "
    "set_config('lock_timeout', '0', true), " +
    kFlushCommits;
// transaction_timeout exists since PostgreSQL 17.
constexpr Sql kClearTimeouts =
    "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN "
    "('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";

}  // namespace

void QueueBegin(PgConnection& connection, const char* begin, Deadline deadline) {
  connection.Queue(begin, PgParameters().view());
  // 0 means no limit.
  std::int64_t statement = 0;
  std::int64_t idle = 0;
  if (!deadline.is_never()) {
    const std::int64_t max = std::numeric_limits<std::int32_t>::max() - kIdleGraceMilliseconds;
    statement = std::clamp<std::int64_t>(absl::ToInt64Milliseconds(deadline.remaining()), 1, max);
    idle = statement + kIdleGraceMilliseconds;
  }
  connection.Queue(kSetTimeouts, PgParameters(std::to_string(statement), std::to_string(idle)).view());
}

void QueueLongBegin(PgConnection& connection, const char* begin) {
  connection.Queue(begin, PgParameters().view());
  connection.Queue(kClearTimeouts, PgParameters().view());
  connection.Queue(kSelectFlushCommits, PgParameters().view());
}

}  // namespace keelson
