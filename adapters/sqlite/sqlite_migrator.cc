#include "adapters/sqlite/sqlite_migrator.h"

#include <filesystem>

#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/file_guard.h"
#include "adapters/sqlite/schema.h"

namespace keelson {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout{5000};

}  // namespace

absl::StatusOr<std::vector<MigrationStatus>> SqliteMigrator::Status() const {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) return Schema::StatusOfNothing();
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open({path_, Connection::Access::kReadOnly, kBusyTimeout});
  if (!connection.ok()) return connection.status();
  return Schema(**connection, clock_).Status();
}

template <typename Steps>
absl::StatusOr<std::vector<int>> SqliteMigrator::Change(Steps steps) const {
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::Acquire(path_);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open({path_, Connection::Access::kReadWrite, kBusyTimeout});
  if (!connection.ok()) return connection.status();
  Schema schema(**connection, clock_);
  absl::Status status = schema.TakeOver();
  if (!status.ok()) return status;
  return steps(schema);
}

absl::StatusOr<std::vector<int>> SqliteMigrator::Up(std::optional<int> to) const {
  return Change([&](Schema& schema) { return schema.Up(to); });
}

absl::StatusOr<std::vector<int>> SqliteMigrator::Down(std::optional<int> to) const {
  return Change([&](Schema& schema) { return schema.Down(to); });
}

}  // namespace keelson
