#include "adapters/store/postgres/cooldowns.h"

#include "adapters/store/sql_columns/sql.h"

namespace keelson {
namespace {

constexpr Sql kStartCooldown =
    "INSERT INTO cooldowns (key, until_time) VALUES ($1, $3) ON CONFLICT (key) DO UPDATE SET "
    "until_time = excluded.until_time WHERE cooldowns.until_time <= $2";
constexpr Sql kDeleteCooldown = "DELETE FROM cooldowns WHERE key = $1";

}  // namespace

absl::StatusOr<bool> PgCooldowns::TryStart(const Fingerprint& key, absl::Time now, absl::Time until) {
  return session_.CatchErrors([&]() -> absl::StatusOr<bool> {
    return session_.Select(kStartCooldown, key, now, until).affected() == 1;
  });
}

absl::Status PgCooldowns::Delete(const Fingerprint& key) {
  return session_.CatchErrors([&] {
    session_.Execute(kDeleteCooldown, key);
    return absl::OkStatus();
  });
}

}  // namespace keelson
