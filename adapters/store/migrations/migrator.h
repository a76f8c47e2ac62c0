#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/store/migrations/migration.h"

namespace keelson {

// Changes the schema of one database. Each step is a transaction: where one fails, the steps before it stay.
// Every error names the database.
class Migrator {
 public:
  virtual ~Migrator() = default;

  // Every step, known or applied, by version. Reads alone, also while a store has the database open.
  virtual absl::StatusOr<std::vector<MigrationStatus>> Status() const = 0;
  // Applies what is pending, up to and with version `to` where it is given. The versions it applied.
  // UNAVAILABLE as the store's Open; INVALID_ARGUMENT for a version that is not.
  virtual absl::StatusOr<std::vector<int>> Up(std::optional<int> to = std::nullopt) const = 0;
  // Undoes what is above version `to`, or the last step where it is not given. What those steps hold is lost.
  virtual absl::StatusOr<std::vector<int>> Down(std::optional<int> to = std::nullopt) const = 0;
};

}  // namespace keelson
