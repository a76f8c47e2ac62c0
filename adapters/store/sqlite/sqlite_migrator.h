#pragma once

#include <string>

#include "adapters/store/migrations/migrator.h"
#include "core/common/clock.h"

namespace keelson {

// Migrates the schema of a database file. Up and Down fail with UNAVAILABLE while a store has the file open;
// Status does not. Up creates a missing file. Thread-safe; every method blocks.
class SqliteMigrator final : public Migrator {
 public:
  // `clock` provides the time at which a migration is recorded as applied, and must outlive the migrator.
  SqliteMigrator(std::string path, Clock& clock) : path_(std::move(path)), clock_(clock) {}

  absl::StatusOr<std::vector<MigrationStatus>> Status() const override;
  absl::StatusOr<std::vector<int>> Up(std::optional<int> to = std::nullopt) const override;
  absl::StatusOr<std::vector<int>> Down(std::optional<int> to = std::nullopt) const override;

 private:
  template <typename Steps>
  absl::StatusOr<std::vector<int>> Change(Steps steps) const;
  bool IsCurrentAndReadOnly() const;

  const std::string path_;
  Clock& clock_;
};

}  // namespace keelson
