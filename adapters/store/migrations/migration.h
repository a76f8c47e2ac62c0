#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace keelson {

// A migration of a schema, from the files migrations/VERSION_NAME.{up,down}.sql.
struct Migration {
  int version = 0;
  std::string_view name;
  std::string_view up;
  std::string_view down;
  // SHA-256 of `up` and `down` in hexadecimal. Detects a migration that was changed after it was applied.
  std::string checksum;
};

struct MigrationFile {
  std::string_view path;
  std::string_view text;
};

// Returns the migrations in `files`. Their versions must be 1, 2, 3 … without gaps.
std::vector<Migration> LoadMigrations(std::span<const MigrationFile> files);

// Returns the migrations in the files that the CMake function keelson_embed has compiled into the program.
template <typename Embedded>
std::vector<Migration> LoadMigrations(std::span<const Embedded> embedded) {
  std::vector<MigrationFile> files;
  for (const auto& [path, text] : embedded) files.push_back({path, text});
  return LoadMigrations(std::span<const MigrationFile>(files));
}

// An applied migration, as recorded in the table schema_migrations.
struct AppliedMigration {
  int version = 0;
  std::string name;
  std::string checksum;
  absl::Time apply_time;
};

enum class MigrationState {
  kApplied,
  kPending,
  // Applied, but the recorded checksum differs from the checksum of the program's migration.
  kChanged,
  // Applied by a newer program.
  kUnknown,
};

struct MigrationStatus {
  int version = 0;
  std::string name;
  MigrationState state = MigrationState::kPending;
  // When the migration was applied; nullopt if it is not applied.
  std::optional<absl::Time> apply_time;

  bool operator==(const MigrationStatus&) const = default;
};

// Returns every migration that is known or applied, ordered by version.
std::vector<MigrationStatus> CompareMigrations(std::span<const Migration> known,
                                               std::span<const AppliedMigration> applied);

// Returns the number of applied migrations. FAILED_PRECONDITION if the applied migrations are not the first
// known migrations; the message starts with a verb ("has …"), so that it can follow the name of the database.
absl::StatusOr<int> CountApplied(std::span<const MigrationStatus> statuses);

}  // namespace keelson
