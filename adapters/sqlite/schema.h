#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/migrations.h"
#include "core/common/clock.h"

namespace keelson {

// The schema of an open database. Errors name the file. For one thread.
class Schema {
 public:
  Schema(Connection& connection, Clock& clock) : connection_(connection), clock_(clock) {}

  // UNAVAILABLE where the file is another application's.
  absl::Status CheckOwnership();
  // Makes sure that the file is ours or empty and can be written, and has it use a write-ahead log.
  absl::Status TakeOver();

  absl::StatusOr<std::vector<MigrationStatus>> Status();
  // Of a file that is not there.
  static std::vector<MigrationStatus> StatusOfNothing();
  // OK where every step is applied.
  absl::Status CheckCurrent();

  // As Migrator has them. Both need TakeOver.
  absl::StatusOr<std::vector<int>> Up(std::optional<int> to);
  absl::StatusOr<std::vector<int>> Down(std::optional<int> to);

 private:
  absl::StatusOr<std::vector<AppliedMigration>> ListApplied();
  // How many steps are applied; UNAVAILABLE where they are not the first of ours.
  absl::StatusOr<int> CountApplied();
  absl::Status CheckTarget(int to);
  absl::Status Apply(const Migration& migration);
  absl::Status Undo(const Migration& migration);
  template <typename Steps>
  absl::Status InTransaction(Steps steps);

  Connection& connection_;
  Clock& clock_;
};

}  // namespace keelson
