#include "adapters/store/sqlite/file_guard.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/database_log.h"
#include "adapters/store/sqlite/errors.h"
#include "adapters/store/sqlite/file_users.h"
#include "adapters/store/sqlite/posix_file.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

absl::Status Unreachable(const DatabasePath& path, int error) {
  return DatabaseUnavailable(path.given, absl::StrCat("can't be reached: ", ErrnoText(error)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileGuard>> FileGuard::Acquire(const std::string& path, Intent intent) {
  ASSIGN_OR_RETURN(DatabasePath resolved, ResolveDatabasePath(path));
  auto guard = std::unique_ptr<FileGuard>(new FileGuard(std::move(resolved)));
  struct stat found {};
  // A reader creates no files, not even the lock file.
  if (intent == Intent::kRead && stat(guard->path_.resolved.c_str(), &found) != 0) {
    return Unreachable(guard->path_, errno);
  }
  RETURN_IF_ERROR(guard->LockNames());
  RETURN_IF_ERROR(guard->LockFileItself(intent));
  if (intent == Intent::kReplace && HasOtherConnections(guard->descriptor_)) return DatabaseInUse(path);
  RETURN_IF_ERROR(guard->CheckLog(intent));
  if (intent == Intent::kWrite) RETURN_IF_ERROR(guard->BeginSession());
  return guard;
}

absl::Status FileGuard::LockNames() {
  ASSIGN_OR_RETURN(lock_, LockFile::Acquire(path_.LockFile(), path_));
  const std::string older = path_.given + ".lock";
  std::error_code missing;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path_.given, missing)) ||
      std::filesystem::equivalent(older, path_.LockFile(), missing)) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(link_lock_, LockFile::Acquire(older, path_));
  return absl::OkStatus();
}

absl::Status FileGuard::LockFileItself(Intent intent) {
  struct stat found {};
  if (stat(path_.resolved.c_str(), &found) == 0) {
    if (!S_ISREG(found.st_mode)) return DatabaseUnavailable(path_.given, "is not a regular file");
    if (GuardedFiles::Get().Has(FileIdentity::Of(found))) return DatabaseInUse(path_.given);
  }
  int descriptor = open(path_.resolved.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT && intent == Intent::kReplace) return absl::OkStatus();
  if (descriptor < 0 && errno == ENOENT && intent == Intent::kWrite) {
    // Creates the file, because SQLite would make it readable for all users. The file contains password
    // hashes.
    descriptor = open(path_.resolved.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  }
  descriptor_ = descriptor;
  if (descriptor_ < 0 || fstat(descriptor_, &found) != 0) return Unreachable(path_, errno);
  identity_ = FileIdentity::Of(found);
  GuardedFiles::Get().Add(identity_);
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return NameError();
  if (errno == EWOULDBLOCK) return DatabaseInUse(path_.given);
  return DatabaseUnavailable(path_.given, absl::StrCat("can't be locked: ", ErrnoText(errno)));
}

absl::Status FileGuard::CheckLog(Intent intent) const {
  if (descriptor_ < 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const LogOwner owner, FindLogOwner(path_, descriptor_, lock_->Read()));
  if (owner == LogOwner::kReplacedByRestore && intent != Intent::kRead) return DeleteLogs(path_);
  return intent == Intent::kReplace ? absl::OkStatus() : CheckLogOwner(path_, descriptor_, owner);
}

// Records the generations of the file and of the session: after a crash, the file may still have the old
// generation while the log sets the new generation. For the same reason, keeps the generations recorded for
// an existing log.
absl::Status FileGuard::BeginSession() {
  ASSIGN_OR_RETURN(const Generation file, ReadGeneration(path_, descriptor_));
  const std::optional<LogRecord> before = HasLog(path_) ? lock_->Read() : std::nullopt;
  LogRecord record;
  if (before) record.owners = before->owners;
  if (record.owners.empty()) record.owners = {file};
  if (record.owners.size() < kMaxOwners) record.owners.push_back(NewGeneration());
  generation_ = record.owners.back();
  session_ = true;
  return Record(std::move(record));
}

absl::Status FileGuard::AdvanceGeneration() {
  const absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const Generation file, ReadGeneration(path_, descriptor_));
  if (file != generation_) return absl::OkStatus();
  const Generation next = NewGeneration();
  RETURN_IF_ERROR(RecordLocked({.owners = {file, next}}));
  generation_ = next;
  return absl::OkStatus();
}

absl::Status FileGuard::Record(LogRecord record) {
  const absl::MutexLock lock(&mutex_);
  return RecordLocked(std::move(record));
}

absl::Status FileGuard::RecordLocked(LogRecord record) {
  RETURN_IF_ERROR(lock_->Write(record));
  record_ = std::move(record);
  return absl::OkStatus();
}

FileGuard::~FileGuard() {
  if (session_) EndSession();
  if (descriptor_ < 0) return;
  close(descriptor_);
  GuardedFiles::Get().Remove(identity_);
}

// Changes the record only if no log exists.
void FileGuard::EndSession() {
  const absl::StatusOr<Generation> file = ReadGeneration(path_, descriptor_);
  // The deletion of the log must be durable before the record says that no log exists.
  if (!file.ok() || HasLog(path_) || !SyncNames().ok()) return;
  Record({.closed = *file}).IgnoreError();  // a record of a log that no longer exists is harmless
}

absl::Status FileGuard::NameError() const {
  struct stat found {};
  if (stat(path_.resolved.c_str(), &found) != 0) return Unreachable(path_, errno);
  if (FileIdentity::Of(found) == identity_) return absl::OkStatus();
  return DatabaseUnavailable(path_.given,
                             "was replaced by another file while it was open: move the old file back, or "
                             "restart the service to use the new file");
}

// Compares the file and the record under the lock, because the writer thread changes both.
bool FileGuard::overwritten() const {
  const absl::MutexLock lock(&mutex_);
  const absl::StatusOr<Generation> file = ReadGeneration(path_, descriptor_);
  return file.ok() && OwnerOfLog(record_, *file) != LogOwner::kFile;
}

absl::Status FileGuard::Check() const {
  RETURN_IF_ERROR(NameError());
  if (!overwritten()) return absl::OkStatus();
  return DatabaseUnavailable(
      path_.given,
      "was overwritten by another database while it was open: stop the service and run keelson restore");
}

absl::Status FileGuard::SyncNames() const {
  const int error = SyncDirectory(path_.Directory());
  if (error == 0) return absl::OkStatus();
  return DatabaseUnavailable(path_.given,
                             absl::StrCat("lies in a directory that can't be synced: ", ErrnoText(error)));
}

bool FileGuard::replaces_database() const {
  struct stat found {};
  return HasLog(path_) || (descriptor_ >= 0 && fstat(descriptor_, &found) == 0 && found.st_size > 0);
}

absl::Status FileGuard::Replace(const std::string& file, Generation generation) {
  RETURN_IF_ERROR(RecordReplacement(generation));
  if (rename(file.c_str(), path_.resolved.c_str()) != 0) {
    return DatabaseUnavailable(path_.given, absl::StrCat("can't be replaced: ", ErrnoText(errno)));
  }
  RETURN_IF_ERROR(SyncNames());
  RETURN_IF_ERROR(DeleteLogs(path_));
  return Record({.closed = generation});
}

// Keeps the owners in the record, so that a log still belongs to the old file until the rename.
absl::Status FileGuard::RecordReplacement(Generation generation) {
  LogRecord record = lock_->Read().value_or(LogRecord());
  if (record == LogRecord() && descriptor_ >= 0) {
    ASSIGN_OR_RETURN(const Generation old, ReadGeneration(path_, descriptor_));
    record.owners = {old};
  }
  record.restored = generation;
  RETURN_IF_ERROR(Record(std::move(record)));
  // The record must be durable before the rename is.
  return SyncNames();
}

}  // namespace keelson
