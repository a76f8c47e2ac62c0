#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/store/migrations/migration.h"

namespace keelson {

// Changes the schema of one database. Each step runs in its own transaction: if a step fails, earlier steps
// stay applied. Every error names the database. Methods block.
class Migrator {
 public:
  virtual ~Migrator() = default;

  // Returns every step that is known or applied, ordered by version. Only reads; a store may have the
  // database open.
  virtual absl::StatusOr<std::vector<MigrationStatus>> Status() const = 0;
  // Applies all pending steps, or those up to and including version `to`. Returns the applied versions.
  // UNAVAILABLE for the reasons of the store's Open; INVALID_ARGUMENT if version `to` does not exist.
  virtual absl::StatusOr<std::vector<int>> Up(std::optional<int> to = std::nullopt) const = 0;
  // Undoes all steps above version `to`, or only the last step if `to` is not given. Returns the undone
  // versions. Deletes the data in the tables and columns of the undone steps.
  virtual absl::StatusOr<std::vector<int>> Down(std::optional<int> to = std::nullopt) const = 0;
};

}  // namespace keelson
