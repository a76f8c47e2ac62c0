#include "adapters/store/sqlite/sqlite_restore.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_copy.h"
#include "adapters/store/sqlite/file_guard.h"
#include "adapters/store/sqlite/posix_file.h"
#include "adapters/store/sqlite/schema.h"
#include "adapters/store/sqlite/settings.h"
#include "adapters/store/sqlite/temporary_file.h"
#include "core/common/status_macros.h"
#include "core/store/export/bulk.h"

namespace keelson {
namespace {

absl::Status CheckReplaceable(const SqliteRestore& restore, const FileGuard& guard) {
  std::error_code ignored;
  if (std::filesystem::equivalent(restore.backup, guard.path().resolved, ignored)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the file ", restore.backup, " is the database itself: name a backup file"));
  }
  if (restore.replace || !guard.replaces_database()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("a database or its log exists at ", restore.path, ": pass --replace to overwrite it"));
}

// Checks that the service can open the copy.
absl::Status CheckWhole(const SqliteRestore& restore, const std::string& copy, Clock& clock) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                   Connection::Open({.path = copy, .name = restore.backup}));
  RETURN_IF_ERROR(Schema(*connection, clock).CheckKnown());
  ASSIGN_OR_RETURN(const std::optional<std::string> transfer,
                   SqliteSettings(*connection).Find(kTransferCheckpoint));
  if (!transfer) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the database ", restore.backup, " holds an incomplete transfer: use a backup of a complete database"));
}

// Gives the copy the owner and mode of the old file, so that the same users can open it.
absl::Status TakeOverMode(const std::string& from, const std::string& to) {
  struct stat old {};
  if (stat(from.c_str(), &old) != 0) return absl::OkStatus();
  if (chown(to.c_str(), old.st_uid, old.st_gid) != 0)
    return FileError(to, "given to the owner of the database");
  if (chmod(to.c_str(), old.st_mode & 07777) != 0) return FileError(to, "given the mode of the database");
  return SyncFile(to) == 0 ? absl::OkStatus() : FileError(to, "synced");
}

}  // namespace

absl::Status RestoreSqlite(const SqliteRestore& restore, Clock& clock,
                           const std::function<void(std::int64_t, std::int64_t)>& progress) {
  ASSIGN_OR_RETURN(const std::unique_ptr<FileGuard> guard,
                   FileGuard::Acquire(restore.path, FileGuard::Intent::kReplace));
  RETURN_IF_ERROR(CheckReplaceable(restore, *guard));
  const std::string& target = guard->path().resolved;
  ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryFile> copy,
                   TemporaryFile::CreateOver(target + ".restoring"));
  const std::string& file = copy->path();
  const Generation generation = NewGeneration();
  RETURN_IF_ERROR(CopyDatabase(
      {.source = restore.backup, .copy = file, .copy_name = restore.path, .generation = generation}, clock,
      progress));
  RETURN_IF_ERROR(CheckWhole(restore, file, clock));
  RETURN_IF_ERROR(TakeOverMode(target, file));
  return guard->Replace(file, generation);
}

}  // namespace keelson
