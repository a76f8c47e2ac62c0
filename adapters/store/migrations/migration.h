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

// One step of a schema, as the files migrations/VERSION_NAME.{up,down}.sql have it.
struct Migration {
  int version = 0;
  std::string_view name;
  std::string_view up;
  std::string_view down;
  // The SHA-256 of both texts, in hexadecimal: a step that was applied must never change.
  std::string checksum;
};

struct MigrationFile {
  std::string_view path;
  std::string_view text;
};

// The steps that the files hold, which must be numbered from 1 without gaps.
std::vector<Migration> LoadMigrations(std::span<const MigrationFile> files);

// The same of what keelson_embed has made.
template <typename Embedded>
std::vector<Migration> LoadMigrations(std::span<const Embedded> embedded) {
  std::vector<MigrationFile> files;
  for (const auto& [path, text] : embedded) files.push_back({path, text});
  return LoadMigrations(std::span<const MigrationFile>(files));
}

// A step that a database has, as it has written it down.
struct AppliedMigration {
  int version = 0;
  std::string name;
  std::string checksum;
  absl::Time apply_time;
};

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

// Every step, known or applied, by version.
std::vector<MigrationStatus> CompareMigrations(std::span<const Migration> known,
                                               std::span<const AppliedMigration> applied);

// How many steps are applied; FAILED_PRECONDITION, with what the database "has" or "lacks" as its message,
// where they are not the first of those known.
absl::StatusOr<int> CountApplied(std::span<const MigrationStatus> statuses);

}  // namespace keelson
