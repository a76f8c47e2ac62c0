#include "adapters/store/sqlite/cooldowns.h"

namespace keelson {
namespace {

constexpr Sql kStartCooldown =
    "INSERT INTO cooldowns (key, until_time) VALUES (?1, ?3) ON CONFLICT (key) DO UPDATE "
    "SET until_time = excluded.until_time WHERE until_time <= ?2";

constexpr Sql kDeleteCooldown = "DELETE FROM cooldowns WHERE key = ?";

}  // namespace

SqliteCooldowns::SqliteCooldowns(Connection& connection)
    : connection_(connection), start_(connection, kStartCooldown), delete_(connection, kDeleteCooldown) {}

absl::StatusOr<bool> SqliteCooldowns::TryStart(const Fingerprint& key, absl::Time now, absl::Time until) {
  return connection_.CatchErrors(
      [&]() -> absl::StatusOr<bool> { return start_.Execute(key, now, until) == 1; });
}

absl::Status SqliteCooldowns::Delete(const Fingerprint& key) {
  return connection_.CatchErrors([&] {
    delete_.Execute(key);
    return absl::OkStatus();
  });
}

}  // namespace keelson
