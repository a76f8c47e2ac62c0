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

// Checks and migrates the schema of an open database. Every error names the file. Methods block. For one
// thread.
class Schema {
 public:
  Schema(Connection& connection, Clock& clock) : connection_(connection), clock_(clock) {}

  // UNAVAILABLE if the file belongs to another application.
  absl::Status CheckOwnership();
  // Checks that the file belongs to this application or is empty, and is writable. Sets WAL mode and the
  // generation of the session (FileGuard).
  absl::Status TakeOver(Generation generation);

  absl::StatusOr<std::vector<MigrationStatus>> Status();
  // The status for a file that does not exist: every step is pending.
  static std::vector<MigrationStatus> StatusOfNothing();
  // OK if every step is applied; otherwise UNAVAILABLE.
  absl::Status CheckCurrent();
  // OK if at least one step is applied and this program knows all applied steps.
  absl::Status CheckKnown();
  // Executes all steps in an empty database without recording them.
  static void Create(Connection& connection);

  // See Migrator. Call TakeOver first.
  absl::StatusOr<std::vector<int>> Up(std::optional<int> to);
  absl::StatusOr<std::vector<int>> Down(std::optional<int> to);

 private:
  absl::StatusOr<std::vector<AppliedMigration>> ListApplied();
  // Returns the number of applied steps. UNAVAILABLE if they are not the first steps of this program.
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
