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
#include "core/common/status_macros.h"

namespace keelson {
namespace {

constexpr int kPagesOfStep = 1024;

// Opens the source with a read transaction: without a snapshot, sqlite3_backup_step starts again after each
// commit of the service.
absl::StatusOr<std::unique_ptr<Connection>> OpenSource(const std::string& path, Clock& clock) {
  ASSIGN_OR_RETURN(const DatabasePath resolved, ResolveDatabasePath(path));
  RETURN_IF_ERROR(CheckReadable(resolved));
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::Open({.path = resolved.resolved, .name = path}));
  RETURN_IF_ERROR(connection->Execute("BEGIN"));
  RETURN_IF_ERROR(Schema(*connection, clock).CheckOwnership());
  return connection;
}

absl::Status CopyPages(Connection& source, Connection& copy,
                       const std::function<void(std::int64_t, std::int64_t)>& progress) {
  sqlite3* to = copy.database().getHandle();
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", source.database().getHandle(), "main");
  if (backup == nullptr) return FromResultCode(copy.name(), sqlite3_extended_errcode(to));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup, kPagesOfStep);
    const int pages = sqlite3_backup_pagecount(backup);
    progress(pages - sqlite3_backup_remaining(backup), pages);
  }
  sqlite3_backup_finish(backup);
  return code == SQLITE_DONE ? absl::OkStatus() : FromResultCode(copy.name(), code);
}

// Checks the copy instead of the source, so that the source is read once.
absl::Status CheckCopy(Connection& copy, const std::string& source) {
  ASSIGN_OR_RETURN(const std::vector<EngineFault> faults, FindDamage(copy));
  if (faults.empty()) return absl::OkStatus();
  const EngineFault& first = faults.front();
  return absl::DataLossError(
      absl::StrCat("the database ", source, " is damaged: ", first.object, ": ", first.description));
}

absl::Status Fill(const DatabaseCopy& files, Clock& clock,
                  const std::function<void(std::int64_t, std::int64_t)>& progress) {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> source, OpenSource(files.source, clock));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> copy,
      Connection::Open(
          {.path = files.copy, .access = Connection::Access::kReadWrite, .name = files.copy_name}));
  RETURN_IF_ERROR(CopyPages(*source, *copy, progress));
  RETURN_IF_ERROR(copy->Execute(SetGenerationSql(files.generation).c_str()));
  // Without WAL mode, readers of the copy create no WAL beside it. A service that opens the copy sets WAL
  // mode again.
  RETURN_IF_ERROR(copy->Execute("PRAGMA journal_mode = DELETE"));
  return CheckCopy(*copy, files.source);
}

}  // namespace

absl::Status CopyDatabase(const DatabaseCopy& files, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& progress) {
  RETURN_IF_ERROR(DamageAsDataLoss(Fill(files, clock, progress)));
  return SyncFile(files.copy) == 0 ? absl::OkStatus() : FileError(files.copy_name, "synced");
}

}  // namespace keelson
