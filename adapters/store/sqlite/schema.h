#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/log_record.h"
#include "adapters/store/sqlite/migrations.h"
#include "core/common/clock.h"

namespace keelson {

// Checks and migrates the schema of an open database. Every error names the file. Methods block. Not
// thread-safe.
class Schema {
 public:
  Schema(Connection& connection, Clock& clock) : connection_(connection), clock_(clock) {}

  // UNAVAILABLE if the file belongs to another application.
  absl::Status CheckOwnership();
  // Checks that the file belongs to this application or is empty, and is writable. Sets WAL mode and the
  // generation of the session (FileGuard).
  absl::Status TakeOver(Generation generation);

  absl::StatusOr<std::vector<MigrationStatus>> Status();
  // Returns the status for a file that does not exist: every migration is pending.
  static std::vector<MigrationStatus> StatusOfNothing();
  // Returns OK if every migration is applied, otherwise UNAVAILABLE.
  absl::Status CheckCurrent();
  // Returns OK if at least one migration is applied and this program knows all applied migrations; otherwise
  // UNAVAILABLE.
  absl::Status CheckKnown();
  // Executes all migrations in an empty database without recording them.
  static void Create(Connection& connection);

  // See Migrator. Call TakeOver first.
  absl::StatusOr<std::vector<int>> Up(std::optional<int> to);
  absl::StatusOr<std::vector<int>> Down(std::optional<int> to);

 private:
  absl::StatusOr<std::vector<AppliedMigration>> ListApplied();
  // Returns the number of applied migrations. UNAVAILABLE if the applied migrations are not the first
  // migrations of this program.
  absl::StatusOr<int> CountApplied();
  absl::Status CheckTarget(int to);
  absl::Status Apply(const Migration& migration);
  absl::Status Undo(const Migration& migration);
  template <typename Steps>
  absl::Status InTransaction(Steps steps);
  void SetGeneration(Generation generation);

  Connection& connection_;
  Clock& clock_;
};

}  // namespace keelson
