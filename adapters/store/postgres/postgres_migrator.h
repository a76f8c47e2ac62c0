#pragma once

#include "adapters/store/migrations/migrator.h"
#include "adapters/store/postgres/connection.h"
#include "core/common/clock.h"

namespace keelson {

// Migrates the schema of a PostgreSQL database. Each migration runs in one transaction under an advisory
// lock, and first reads the applied migrations again, so that any number of processes may start concurrently.
// If no migration is pending, nothing is locked or written, and the role only needs SELECT on
// schema_migrations. Thread-safe; every method blocks.
class PostgresMigrator final : public Migrator {
 public:
  // `clock` provides the time at which a migration is recorded as applied, and must outlive the migrator.
  PostgresMigrator(PgConnection::Options options, Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  // Reads from a standby if no server accepts writes.
  absl::StatusOr<std::vector<MigrationStatus>> Status() const override;
  absl::StatusOr<std::vector<int>> Up(std::optional<int> to = std::nullopt) const override;
  absl::StatusOr<std::vector<int>> Down(std::optional<int> to = std::nullopt) const override;
  // OK if every migration is applied; otherwise UNAVAILABLE.
  absl::Status CheckCurrent() const;

 private:
  class Session;
  template <typename Step>
  absl::StatusOr<std::vector<int>> StepByStep(std::optional<int> to, Step step) const;

  const PgConnection::Options options_;
  Clock& clock_;
};

}  // namespace keelson
