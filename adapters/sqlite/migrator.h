#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/clock.h"

namespace keelson {

enum class MigrationState {
  kApplied,
  kPending,
  // Applied, but from another text than this program has.
  kChanged,
  // Applied by a newer program.
  kUnknown,
};

struct MigrationStatus {
  int version = 0;
  std::string name;
  MigrationState state = MigrationState::kPending;
  // When it was applied.
  std::optional<absl::Time> apply_time;

  bool operator==(const MigrationStatus&) const = default;
};

// Changes the schema of a database file that no store has open. Each step is a transaction: where one fails,
// the steps before it stay. Every error names the file.
class Migrator {
 public:
  // `clock` must outlive it.
  Migrator(std::string path, Clock& clock) : path_(std::move(path)), clock_(clock) {}

  // Every step, known or applied, by version. Reads alone, also while a store has the file open.
  absl::StatusOr<std::vector<MigrationStatus>> Status() const;
  // Applies what is pending, up to and with version `to` where it is given; makes the file where there is
  // none. The versions it applied. UNAVAILABLE as SqliteStore::Open; INVALID_ARGUMENT for a version that is
  // not.
  absl::StatusOr<std::vector<int>> Up(std::optional<int> to = std::nullopt) const;
  // Undoes what is above version `to`, or the last step where it is not given. What those steps hold is lost.
  absl::StatusOr<std::vector<int>> Down(std::optional<int> to = std::nullopt) const;

 private:
  template <typename Steps>
  absl::StatusOr<std::vector<int>> Change(Steps steps) const;

  const std::string path_;
  Clock& clock_;
};

}  // namespace keelson
