#include "adapters/store/sqlite/sqlite_descriptor.h"

#include <cstddef>
#include <memory>
#include <string>

#include "adapters/store/sqlite/sqlite_backup.h"
#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/store/sqlite/sqlite_migrator.h"
#include "adapters/store/sqlite/sqlite_restore.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

struct SqliteConfig {
  std::string path = "keelson.db";
  int group_commit = 128;
};

absl::Status CheckPathIsGiven(const SqliteConfig& settings) {
  if (!settings.path.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("must not be empty");
}

absl::Status CheckPathNamesFile(const SqliteConfig& settings) {
  if (settings.path == ":memory:") {
    return absl::InvalidArgumentError("must name a file; for a store in memory, set store.adapter = memory");
  }
  if (!settings.path.ends_with('/')) return absl::OkStatus();
  return absl::InvalidArgumentError("must name a file, not a directory");
}

absl::Status CheckPathOnMachine(const SqliteConfig& settings) {
  return SqliteStore::CheckPath(settings.path);
}

absl::StatusOr<std::unique_ptr<Store>> OpenConfiguredStore(const SqliteConfig& settings, bool migrate,
                                                           Clock& clock) {
  SqliteOptions options;
  options.path = settings.path;
  options.migrate = migrate;
  options.group_commit = static_cast<std::size_t>(settings.group_commit);
  return SqliteStore::Open(options, clock);
}

std::unique_ptr<Migrator> CreateMigrator(const SqliteConfig& settings, Clock& clock) {
  return std::make_unique<SqliteMigrator>(settings.path, clock);
}

absl::StatusOr<std::unique_ptr<StoreExporter>> OpenExporter(const SqliteConfig& settings, BulkAccess access,
                                                            Clock& clock) {
  return SqliteBulk::OpenReader(settings.path, access, clock);
}

absl::StatusOr<std::unique_ptr<StoreImporter>> OpenImporter(const SqliteConfig& settings, Clock& clock) {
  return SqliteBulk::OpenTarget(settings.path, clock);
}

absl::Status BackUpStore(const SqliteConfig& settings, const std::string& path, Clock& clock,
                         const CopyProgress& progress) {
  return BackUpSqlite(settings.path, path, clock, progress);
}

absl::StatusOr<std::string> RestoreStore(const SqliteConfig& settings, const RestoreRequest& request,
                                         Clock& clock, const CopyProgress& progress) {
  RETURN_IF_ERROR(RestoreSqlite({.backup = request.backup, .path = settings.path, .replace = request.replace},
                                clock, progress));
  return settings.path;
}

ConfigSection SqliteSection() {
  return {.name = "sqlite",
          .defaults = SqliteConfig(),
          .keys = {{.name = "path",
                    .member = RefTo(&SqliteConfig::path),
                    .description = "path of the database file; created if missing"},
                   {.name = "group_commit",
                    .member = RefTo(&SqliteConfig::group_commit),
                    .description = "maximum number of units of work in one commit; 1 disables group commit",
                    .min = "1",
                    .max = "1024"}},
          .checks = {{.keys = {"path"}, .check = WithSettings(&CheckPathIsGiven), .always = true},
                     {.keys = {"path"}, .check = WithSettings(&CheckPathNamesFile)}},
          .machine_checks = {{.keys = {"path"}, .check = WithSettings(&CheckPathOnMachine)}}};
}

}  // namespace

StoreDescriptor DescribeSqlite() {
  return {.section = SqliteSection(),
          .open = WithSettings(&OpenConfiguredStore),
          .create_migrator = WithSettings(&CreateMigrator),
          .open_exporter = WithSettings(&OpenExporter),
          .open_importer = WithSettings(&OpenImporter),
          .back_up = WithSettings(&BackUpStore),
          .restore = WithSettings(&RestoreStore)};
}

}  // namespace keelson
