#include "adapters/store/sqlite/schema.h"

#include <sqlite3.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/query.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

// "Keel" in ASCII. Marks the file as a database of this application; file(1) shows the id.
constexpr std::int64_t kApplicationId = 0x4b65656c;

constexpr const char* kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
    "checksum TEXT NOT NULL, apply_time INTEGER NOT NULL) STRICT";

std::int64_t ReadInteger(Connection& connection, const char* sql) {
  return connection.database().execAndGet(sql).getInt64();
}

}  // namespace

absl::Status Schema::CheckOwnership() {
  return connection_.CatchErrors([&] {
    const std::int64_t id = ReadInteger(connection_, "PRAGMA application_id");
    const bool empty = ReadInteger(connection_, "SELECT count(*) FROM sqlite_schema") == 0;
    if (id == kApplicationId || (id == 0 && empty)) return absl::OkStatus();
    return DatabaseUnavailable(connection_.name(), "belongs to another application");
  });
}

absl::Status Schema::TakeOver(Generation generation) {
  RETURN_IF_ERROR(CheckOwnership());
  RETURN_IF_ERROR(connection_.CatchErrors([&] {
    if (sqlite3_db_readonly(connection_.database().getHandle(), "main") == 1) {
      return DatabaseUnavailable(connection_.name(), "is read-only");
    }
    const std::string mode = connection_.database().execAndGet("PRAGMA journal_mode = WAL").getString();
    return mode == "wal"
               ? absl::OkStatus()
               : DatabaseUnavailable(connection_.name(),
                                     "can't use a write-ahead log: move the file to a local file system");
  }));
  SetGeneration(generation);
  return absl::OkStatus();
}

// Ignores errors, so that a service can start and serve reads on a full disk. The previous generation remains
// valid.
void Schema::SetGeneration(Generation generation) {
  if (!connection_.Execute(SetGenerationSql(generation).c_str()).ok()) connection_.Reset();
}

absl::StatusOr<std::vector<AppliedMigration>> Schema::ListApplied() {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<AppliedMigration>> {
    std::vector<AppliedMigration> applied;
    if (!connection_.database().tableExists("schema_migrations")) return applied;
    Query list(connection_,
               "SELECT version, name, checksum, apply_time FROM schema_migrations ORDER BY version");
    Rows rows = list.Select();
    while (rows.Next()) {
      AppliedMigration& a = applied.emplace_back();
      rows.Read(a.version, a.name, a.checksum, a.apply_time);
    }
    return applied;
  });
}

std::vector<MigrationStatus> Schema::StatusOfNothing() {
  return CompareMigrations(SqliteMigrations(), {});
}

absl::StatusOr<std::vector<MigrationStatus>> Schema::Status() {
  RETURN_IF_ERROR(CheckOwnership());
  ASSIGN_OR_RETURN(const std::vector<AppliedMigration> applied, ListApplied());
  return CompareMigrations(SqliteMigrations(), applied);
}

absl::StatusOr<int> Schema::CountApplied() {
  ASSIGN_OR_RETURN(const std::vector<MigrationStatus> statuses, Status());
  absl::StatusOr<int> count = keelson::CountApplied(statuses);
  if (!count.ok()) return DatabaseUnavailable(connection_.name(), std::string(count.status().message()));
  return count;
}

absl::Status Schema::CheckCurrent() {
  ASSIGN_OR_RETURN(const int count, CountApplied());
  const std::size_t pending = SqliteMigrations().size() - static_cast<std::size_t>(count);
  if (pending == 0) return absl::OkStatus();
  return DatabaseUnavailable(connection_.name(),
                             absl::StrCat("has ", pending, " pending migration(s): run keelson migrate up"));
}

absl::Status Schema::CheckKnown() {
  ASSIGN_OR_RETURN(const int count, CountApplied());
  return count > 0 ? absl::OkStatus()
                   : DatabaseUnavailable(connection_.name(), "is not a keelson database: it has no schema");
}

void Schema::Create(Connection& connection) {
  connection.database().exec(kCreateTable);
  for (const Migration& migration : SqliteMigrations()) connection.database().exec(std::string(migration.up));
}

absl::Status Schema::CheckTarget(int to) {
  const int last = static_cast<int>(SqliteMigrations().size());
  if (to >= 0 && to <= last) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("schema version ", to, " of the database ",
                                                 connection_.name(),
                                                 " does not exist: the versions are 0 to ", last));
}

template <typename Steps>
absl::Status Schema::InTransaction(Steps steps) {
  absl::Status status = connection_.Execute("BEGIN IMMEDIATE");
  if (status.ok()) status = connection_.CatchErrors(steps);
  if (status.ok()) status = connection_.Execute("COMMIT");
  if (!status.ok() && sqlite3_get_autocommit(connection_.database().getHandle()) == 0) {
    connection_.Reset();
    connection_.Execute("ROLLBACK").IgnoreError();  // closing the connection rolls back, too
  }
  return status;
}

absl::Status Schema::Apply(const Migration& migration) {
  return InTransaction([&] {
    connection_.database().exec(absl::StrCat("PRAGMA application_id = ", kApplicationId));
    connection_.database().exec(kCreateTable);
    connection_.database().exec(std::string(migration.up));
    Query record(connection_,
                 "INSERT INTO schema_migrations (version, name, checksum, apply_time) VALUES (?, ?, ?, ?)");
    record.Execute(migration.version, migration.name, migration.checksum, clock_.Now());
    return absl::OkStatus();
  });
}

absl::Status Schema::Undo(const Migration& migration) {
  return InTransaction([&] {
    connection_.database().exec(std::string(migration.down));
    Query forget(connection_, "DELETE FROM schema_migrations WHERE version = ?");
    forget.Execute(migration.version);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<int>> Schema::Up(std::optional<int> to) {
  ASSIGN_OR_RETURN(const int count, CountApplied());
  const int target = to.value_or(static_cast<int>(SqliteMigrations().size()));
  RETURN_IF_ERROR(CheckTarget(target));
  std::vector<int> done;
  for (int version = count + 1; version <= target; ++version) {
    RETURN_IF_ERROR(Apply(SqliteMigrations()[static_cast<std::size_t>(version) - 1]));
    done.push_back(version);
  }
  return done;
}

absl::StatusOr<std::vector<int>> Schema::Down(std::optional<int> to) {
  ASSIGN_OR_RETURN(const int count, CountApplied());
  const int target = to.value_or(std::max(count - 1, 0));
  RETURN_IF_ERROR(CheckTarget(target));
  std::vector<int> undone;
  for (int version = count; version > target; --version) {
    RETURN_IF_ERROR(Undo(SqliteMigrations()[static_cast<std::size_t>(version) - 1]));
    undone.push_back(version);
  }
  return undone;
}

}  // namespace keelson
