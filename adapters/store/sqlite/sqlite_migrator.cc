#include "adapters/store/sqlite/sqlite_migrator.h"

#include <algorithm>
#include <filesystem>

#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_log.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/file_guard.h"
#include "adapters/store/sqlite/posix_file.h"
#include "adapters/store/sqlite/schema.h"

namespace keelson {
namespace {}  // namespace

absl::StatusOr<std::vector<MigrationStatus>> SqliteMigrator::Status() const {
  const absl::StatusOr<DatabasePath> path = ResolveDatabasePath(path_);
  if (!path.ok()) return path.status();
  std::error_code ignored;
  if (!std::filesystem::exists(path->resolved, ignored)) return Schema::StatusOfNothing();
  if (absl::Status status = CheckReadable(*path); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open({.path = path->resolved, .name = path_});
  if (!connection.ok()) return connection.status();
  return Schema(**connection, clock_).Status();
}

template <typename Steps>
absl::StatusOr<std::vector<int>> SqliteMigrator::Change(Steps steps) const {
  const absl::StatusOr<std::unique_ptr<FileGuard>> guard =
      FileGuard::Acquire(path_, FileGuard::Intent::kWrite);
  if (!guard.ok()) return guard.status();
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(
      {.path = (*guard)->path().resolved, .access = Connection::Access::kReadWrite, .name = path_});
  if (!connection.ok()) return connection.status();
  Schema schema(**connection, clock_);
  absl::Status status = schema.TakeOver((*guard)->generation());
  if (!status.ok()) return status;
  return steps(schema);
}

// In a read-only directory, no lock file can be created. None is needed if no step is pending.
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
