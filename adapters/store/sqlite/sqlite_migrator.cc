#include "adapters/store/sqlite/sqlite_migrator.h"

#include <algorithm>
#include <filesystem>

#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_log.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/file_guard.h"
#include "adapters/store/sqlite/posix_file.h"
#include "adapters/store/sqlite/schema.h"
#include "core/common/status_macros.h"

namespace keelson {

absl::StatusOr<std::vector<MigrationStatus>> SqliteMigrator::Status() const {
  ASSIGN_OR_RETURN(const DatabasePath path, ResolveDatabasePath(path_));
  std::error_code ignored;
  if (!std::filesystem::exists(path.resolved, ignored)) return Schema::StatusOfNothing();
  RETURN_IF_ERROR(CheckReadable(path));
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::Open({.path = path.resolved, .name = path_}));
  return Schema(*connection, clock_).Status();
}

template <typename Steps>
absl::StatusOr<std::vector<int>> SqliteMigrator::Change(Steps steps) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<FileGuard> guard,
                   FileGuard::Acquire(path_, FileGuard::Intent::kWrite));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> connection,
      Connection::Open(
          {.path = guard->path().resolved, .access = Connection::Access::kReadWrite, .name = path_}));
  Schema schema(*connection, clock_);
  RETURN_IF_ERROR(schema.TakeOver(guard->generation()));
  return steps(schema);
}

// In a read-only directory, no lock file can be created. No lock is needed if no migration is pending.
bool SqliteMigrator::IsCurrentAndReadOnly() const {
  const absl::StatusOr<DatabasePath> path = ResolveDatabasePath(path_);
  if (!path.ok() || IsWritable(path->Directory())) return false;
  const absl::StatusOr<std::vector<MigrationStatus>> steps = Status();
  return steps.ok() && std::all_of(steps->begin(), steps->end(), [](const MigrationStatus& step) {
           return step.state == MigrationState::kApplied;
         });
}

absl::StatusOr<std::vector<int>> SqliteMigrator::Up(std::optional<int> to) const {
  if (!to && IsCurrentAndReadOnly()) return std::vector<int>();
  return Change([&](Schema& schema) { return schema.Up(to); });
}

absl::StatusOr<std::vector<int>> SqliteMigrator::Down(std::optional<int> to) const {
  return Change([&](Schema& schema) { return schema.Down(to); });
}

}  // namespace keelson
