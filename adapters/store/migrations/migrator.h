#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/store/migrations/migration.h"

namespace keelson {

// Changes the schema of one database. Each migration runs in its own transaction: if a migration fails,
// earlier migrations stay applied. Every error names the database. Methods block.
class Migrator {
 public:
  virtual ~Migrator() = default;

  // Returns every migration that is known or applied, ordered by version. Only reads, so that it works while
  // a service uses the database.
  virtual absl::StatusOr<std::vector<MigrationStatus>> Status() const = 0;
  // Applies all pending migrations, or only those up to and including version `to`. Returns the applied
  // versions. UNAVAILABLE under the same conditions as the store's Open; INVALID_ARGUMENT if version `to`
  // does not exist.
  virtual absl::StatusOr<std::vector<int>> Up(std::optional<int> to = std::nullopt) const = 0;
  // Reverts all migrations above version `to`, or only the last applied migration if `to` is not given.
  // Returns the reverted versions. Deletes the data in the tables and columns that the reverted migrations
  // have added.
  virtual absl::StatusOr<std::vector<int>> Down(std::optional<int> to = std::nullopt) const = 0;
};

}  // namespace keelson
