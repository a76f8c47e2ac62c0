#include "adapters/sqlite/sqlite_backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/errors.h"
#include "adapters/sqlite/file_guard.h"
#include "adapters/sqlite/schema.h"

namespace keelson {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout{5000};
constexpr int kPagesOfStep = 1024;

absl::Status FileError(const std::string& path, const char* what) {
  const std::string cause = std::generic_category().message(errno);
  return absl::UnavailableError(absl::StrCat("the file ", path, " can't be ", what, ": ", cause));
}

absl::Status Exists(const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat("the file ", path, " exists: choose another name"));
}

// A file beside the one it is to become; gone with this object unless it became that.
class TemporaryFile {
 public:
  static absl::StatusOr<std::unique_ptr<TemporaryFile>> Create(const std::string& target) {
    std::string path = target + ".XXXXXX";
    const int file = mkstemp(path.data());
    if (file < 0) return FileError(target, "written");
    close(file);
    return std::unique_ptr<TemporaryFile>(new TemporaryFile(std::move(path)));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) unlink((path_ + suffix).c_str());
  }

  const std::string& path() const { return path_; }

  absl::Status Become(const std::string& target) const {
    absl::Status status = Sync(path_);
    if (!status.ok()) return status;
    int result = renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
    // Not every file system can tell; it was looked for before.
    if (result != 0 && errno == EINVAL) result = rename(path_.c_str(), target.c_str());
    if (result != 0) return errno == EEXIST ? Exists(target) : FileError(target, "written");
    const std::string folder = std::filesystem::path(target).parent_path();
    return Sync(folder.empty() ? "." : folder);
  }

 private:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}

  static absl::Status Sync(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return FileError(path, "opened");
    const int result = fsync(file);
    close(file);
    return result == 0 ? absl::OkStatus() : FileError(path, "synced");
  }

  const std::string path_;
};

// The service's file, with a transaction that holds on to what it has now: or the copy would begin again
// with each of the service's commits.
absl::StatusOr<std::unique_ptr<Connection>> OpenSource(const std::string& path, Clock& clock) {
  const absl::StatusOr<FileIdentity> identity = FileIdentity::Of(path);
  if (!identity.ok()) return identity.status();
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open({path, Connection::Access::kReadOnly, kBusyTimeout});
  if (!connection.ok()) return connection;
  absl::Status status = (*connection)->Execute("BEGIN");
  if (status.ok()) status = Schema(**connection, clock).CheckOwnership();
  if (!status.ok()) return status;
  return connection;
}

absl::Status Copy(Connection& source, Connection& copy,
                  const std::function<void(std::int64_t, std::int64_t)>& tell) {
  sqlite3* to = copy.database().getHandle();
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", source.database().getHandle(), "main");
  if (backup == nullptr) return FromResultCode(copy.path(), sqlite3_extended_errcode(to));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup, kPagesOfStep);
    const int pages = sqlite3_backup_pagecount(backup);
    tell(pages - sqlite3_backup_remaining(backup), pages);
  }
  sqlite3_backup_finish(backup);
  return code == SQLITE_DONE ? absl::OkStatus() : FromResultCode(copy.path(), code);
}

absl::Status CheckIntegrity(Connection& copy) {
  return copy.Guard([&] {
    const std::string result = copy.database().execAndGet("PRAGMA integrity_check(1)").getString();
    return result == "ok" ? absl::OkStatus()
                          : absl::DataLossError(absl::StrCat("the database is damaged: ", result));
  });
}

absl::Status FillCopy(const std::string& path, const std::string& copy, Clock& clock,
                      const std::function<void(std::int64_t, std::int64_t)>& tell) {
  absl::StatusOr<std::unique_ptr<Connection>> source = OpenSource(path, clock);
  if (!source.ok()) return source.status();
  absl::StatusOr<std::unique_ptr<Connection>> target =
      Connection::Open({copy, Connection::Access::kReadWrite, kBusyTimeout});
  if (!target.ok()) return target.status();
  const absl::Status status = Copy(**source, **target, tell);
  return status.ok() ? CheckIntegrity(**target) : status;
}

}  // namespace

absl::Status BackUpSqlite(const std::string& path, const std::string& copy, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& tell) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(copy, ignored))) return Exists(copy);
  const absl::StatusOr<std::unique_ptr<TemporaryFile>> temporary = TemporaryFile::Create(copy);
  if (!temporary.ok()) return temporary.status();
  const absl::Status status = FillCopy(path, (*temporary)->path(), clock, tell);
  return status.ok() ? (*temporary)->Become(copy) : status;
}

}  // namespace keelson
