#include "adapters/store/migrations/migration.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "core/common/sha256.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string Checksum(const Migration& migration) {
  const Sha256Digest digest = Sha256(std::string(migration.up).append(1, '\0').append(migration.down));
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

std::vector<Migration> LoadMigrations(std::span<const MigrationFile> files) {
  std::vector<Migration> migrations;
  for (const auto& [path, text] : files) {
    const std::string_view file = path.substr(path.rfind('/') + 1);
    int version = 0;
    if (!absl::SimpleAtoi(ToAbsl(file.substr(0, file.find('_'))), &version)) continue;
    const auto size = static_cast<std::size_t>(version);
    if (migrations.size() < size) migrations.resize(size);
    Migration& migration = migrations[size - 1];
    migration.version = version;
    migration.name = file.substr(file.find('_') + 1);
    migration.name = migration.name.substr(0, migration.name.find('.'));
    (file.ends_with(".up.sql") ? migration.up : migration.down) = text;
  }
  for (Migration& migration : migrations) migration.checksum = Checksum(migration);
  return migrations;
}

std::vector<MigrationStatus> CompareMigrations(std::span<const Migration> known,
                                               std::span<const AppliedMigration> applied) {
  std::vector<MigrationStatus> statuses;
  for (const Migration& m : known) {
    statuses.push_back({m.version, std::string(m.name), MigrationState::kPending, std::nullopt});
  }
  for (const AppliedMigration& a : applied) {
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const Migration& m) { return m.version == a.version; });
    if (found == known.end()) {
      statuses.push_back({a.version, a.name, MigrationState::kUnknown, a.apply_time});
      continue;
    }
    MigrationStatus& status = statuses[static_cast<std::size_t>(found - known.begin())];
    status.state = a.checksum == found->checksum ? MigrationState::kApplied : MigrationState::kChanged;
    status.apply_time = a.apply_time;
  }
  return statuses;
}

absl::StatusOr<int> CountApplied(std::span<const MigrationStatus> statuses) {
  int count = 0;
  for (const MigrationStatus& s : statuses) {
    const std::string step = StrCat(s.version, " (", s.name, ")");
    if (s.state == MigrationState::kUnknown) {
      return absl::FailedPreconditionError(
          StrCat("has a newer schema than this program knows: migration ", step, "; run a newer program"));
    }
    if (s.state == MigrationState::kChanged) {
      return absl::FailedPreconditionError(
          StrCat("has migration ", step,
                 " with another checksum: the program's SQL differs from "
                 "the applied SQL; run the program that applied the migration"));
    }
    if (s.state != MigrationState::kApplied) continue;
    if (s.version != ++count) {
      return absl::FailedPreconditionError(
          StrCat("has migration ", step, " but lacks migration ", count, "; restore a backup"));
    }
  }
  return count;
}

}  // namespace keelson
