#include "adapters/store/sqlite/database_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "adapters/store/sqlite/errors.h"
#include "adapters/store/sqlite/file_users.h"
#include "adapters/store/sqlite/guarded_files.h"
#include "adapters/store/sqlite/lock_file.h"
#include "adapters/store/sqlite/posix_file.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

// The offset of user_version in the database header: 4 bytes, big-endian (SQLite's file format, section
// 1.3).
constexpr off_t kGenerationOffset = 60;

bool HoldsBytes(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && found.st_size > 0;
}

absl::Status Unreachable(const DatabasePath& path) {
  return DatabaseUnavailable(path.given, absl::StrCat("can't be reached: ", ErrnoText(errno)));
}

absl::Status ForeignLog(const DatabasePath& path) {
  constexpr char kCause[] =
      "has a log, $0-wal, that belongs to a different file: the database was replaced after a crash. To use "
      "the file without the log, delete $0-wal and $0-shm; to restore a backup, run keelson restore; if the "
      "log belongs to this file, delete $0.lock";
  return DatabaseUnavailable(path.given, absl::Substitute(kCause, path.given));
}

absl::Status CheckLinks(const DatabasePath& path, int descriptor, const std::optional<LogRecord>& record,
                        Generation file) {
  struct stat found {};
  if (fstat(descriptor, &found) != 0) return Unreachable(path);
  if (found.st_nlink < 2 || !MayHaveLogUnderOtherName(record, file)) return absl::OkStatus();
  constexpr char kCause[] =
      "has $0 hard links, and its log may exist under another name: use the name that the service used last, "
      "or delete the other names";
  return DatabaseUnavailable(path.given, absl::Substitute(kCause, found.st_nlink));
}

absl::Status CheckFiles(const DatabasePath& path, const std::optional<LogRecord>& record) {
  const Descriptor file(open(path.resolved.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return Unreachable(path);
  const absl::StatusOr<LogOwner> owner = FindLogOwner(path, file.number(), record);
  return owner.ok() ? CheckLogOwner(path, file.number(), *owner) : owner.status();
}

}  // namespace

bool HasLog(const DatabasePath& path) {
  return HoldsBytes(path.resolved + "-wal") || HoldsBytes(path.resolved + "-journal");
}

absl::Status DeleteLogs(const DatabasePath& path) {
  for (const char* suffix : {"-wal", "-journal", "-shm"}) {
    const std::string file = path.resolved + suffix;
    if (unlink(file.c_str()) != 0 && errno != ENOENT) {
      return DatabaseUnavailable(
          path.given, absl::StrCat("has a file that can't be deleted: ", file, ": ", ErrnoText(errno)));
    }
  }
  const int error = SyncDirectory(path.Directory());
  if (error == 0) return absl::OkStatus();
  return DatabaseUnavailable(path.given,
                             absl::StrCat("lies in a directory that can't be synced: ", ErrnoText(error)));
}

absl::StatusOr<Generation> ReadGeneration(const DatabasePath& path, int descriptor) {
  std::array<unsigned char, 4> bytes{};
  const ssize_t size = pread(descriptor, bytes.data(), bytes.size(), kGenerationOffset);
  if (size < 0) return DatabaseUnavailable(path.given, absl::StrCat("can't be read: ", ErrnoText(errno)));
  Generation generation = 0;
  for (const unsigned char byte : bytes) generation = generation << 8 | byte;
  return generation;
}

absl::StatusOr<LogOwner> FindLogOwner(const DatabasePath& path, int descriptor,
                                      const std::optional<LogRecord>& record) {
  ASSIGN_OR_RETURN(const Generation file, ReadGeneration(path, descriptor));
  RETURN_IF_ERROR(CheckLinks(path, descriptor, record, file));
  return HasLog(path) ? OwnerOfLog(record, file) : LogOwner::kFile;
}

absl::Status CheckLogOwner(const DatabasePath& path, int descriptor, LogOwner owner) {
  switch (owner) {
    case LogOwner::kFile:
      return absl::OkStatus();
    case LogOwner::kUnknown:
      return HasOtherConnections(descriptor) ? absl::OkStatus() : ForeignLog(path);
    case LogOwner::kReplacedByRestore:
      return DatabaseUnavailable(
          path.given, "has an interrupted restore: start the service, or run keelson restore again");
    case LogOwner::kOther:
      break;
  }
  return ForeignLog(path);
}

absl::Status CheckReadable(const DatabasePath& path) {
  while (true) {
    const std::optional<LogRecord> record = LockFile::Read(path.LockFile());
    struct stat found {};
    if (stat(path.resolved.c_str(), &found) != 0) return Unreachable(path);
    if (!S_ISREG(found.st_mode)) return DatabaseUnavailable(path.given, "is not a regular file");
    // This process has a FileGuard for the file, which has already checked the log.
    if (GuardedFiles::Get().Has(FileIdentity::Of(found))) return absl::OkStatus();
    const absl::Status status = CheckFiles(path, record);
    // A service that starts or stops concurrently may have changed the record after it was read: check again.
    if (status.ok() || LockFile::Read(path.LockFile()) == record) return status;
  }
}

}  // namespace keelson
