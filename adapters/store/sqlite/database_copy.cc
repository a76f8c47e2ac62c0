#include "adapters/store/sqlite/database_copy.h"

#include <sqlite3.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_log.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/errors.h"
#include "adapters/store/sqlite/integrity.h"
#include "adapters/store/sqlite/posix_file.h"
#include "adapters/store/sqlite/schema.h"
#include "adapters/store/sqlite/temporary_file.h"

namespace keelson {
namespace {

constexpr int kPagesOfStep = 1024;

// Opens the source with a read transaction: without a snapshot, sqlite3_backup_step starts again after each
// commit of the service.
absl::StatusOr<std::unique_ptr<Connection>> OpenSource(const std::string& path, Clock& clock) {
  const absl::StatusOr<DatabasePath> resolved = ResolveDatabasePath(path);
  if (!resolved.ok()) return resolved.status();
  absl::Status status = CheckReadable(*resolved);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open({.path = resolved->resolved, .name = path});
  if (!connection.ok()) return connection;
  status = (*connection)->Execute("BEGIN");
  if (status.ok()) status = Schema(**connection, clock).CheckOwnership();
  if (!status.ok()) return status;
  return connection;
}

absl::Status CopyPages(Connection& source, Connection& copy,
                       const std::function<void(std::int64_t, std::int64_t)>& tell) {
  sqlite3* to = copy.database().getHandle();
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", source.database().getHandle(), "main");
  if (backup == nullptr) return FromResultCode(copy.name(), sqlite3_extended_errcode(to));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup, kPagesOfStep);
    const int pages = sqlite3_backup_pagecount(backup);
    tell(pages - sqlite3_backup_remaining(backup), pages);
  }
  sqlite3_backup_finish(backup);
  return code == SQLITE_DONE ? absl::OkStatus() : FromResultCode(copy.name(), code);
}

// Checks the copy instead of the source, so that the source is read once.
absl::Status CheckCopy(Connection& copy, const std::string& source) {
  const absl::StatusOr<std::vector<EngineFault>> faults = FindDamage(copy);
  if (!faults.ok()) return faults.status();
  if (faults->empty()) return absl::OkStatus();
  const EngineFault& first = faults->front();
  return absl::DataLossError(
      absl::StrCat("the database ", source, " is damaged: ", first.object, ": ", first.description));
}

absl::Status Fill(const DatabaseCopy& files, Clock& clock,
                  const std::function<void(std::int64_t, std::int64_t)>& tell) {
  absl::StatusOr<std::unique_ptr<Connection>> source = OpenSource(files.source, clock);
  if (!source.ok()) return source.status();
  absl::StatusOr<std::unique_ptr<Connection>> copy = Connection::Open(
      {.path = files.copy, .access = Connection::Access::kReadWrite, .name = files.copy_name});
  if (!copy.ok()) return copy.status();
  absl::Status status = CopyPages(**source, **copy, tell);
  if (status.ok()) status = (*copy)->Execute(SetGenerationSql(files.generation).c_str());
  // Without WAL mode, readers of the copy create no WAL beside it. A service that opens the copy sets WAL
  // mode again.
  if (status.ok()) status = (*copy)->Execute("PRAGMA journal_mode = DELETE");
  return status.ok() ? CheckCopy(**copy, files.source) : status;
}

}  // namespace

absl::Status CopyDatabase(const DatabaseCopy& files, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& tell) {
  const absl::Status status = DamageAsDataLoss(Fill(files, clock, tell));
  if (!status.ok()) return status;
  return SyncFile(files.copy) == 0 ? status : FileError(files.copy_name, "synced");
}

}  // namespace keelson
