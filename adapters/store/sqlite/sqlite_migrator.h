#pragma once

#include <string>

#include "adapters/store/migrations/migrator.h"
#include "core/common/clock.h"

namespace keelson {

// Of a database file that no store has open, but for Status. Up makes the file where there is none.
class SqliteMigrator final : public Migrator {
 public:
  // `clock` must outlive it.
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
