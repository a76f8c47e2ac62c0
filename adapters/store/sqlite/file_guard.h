#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/guarded_files.h"
#include "adapters/store/sqlite/lock_file.h"
#include "adapters/store/sqlite/log_record.h"

namespace keelson {

// Exclusive use of one database file.
//
// Why: SQLite finds the write-ahead log by the name of the database file. Two processes that open one file
// under different names, or one name for different files, would corrupt the database.
//
// The guard locks the file itself with flock(2), which is independent of SQLite's own locks, so that no other
// guard opens the file under any name: a symbolic link, a hard link, a bind mount or another path. The guard
// also locks the name (LockFile), so that no other file is opened under this name while the log beside it
// belongs to this file.
//
// Must outlive all connections to the file. Only methods that are marked as thread-safe may be called
// concurrently.
class FileGuard {
 public:
  enum class Intent {
    // For reading an existing file while no other process changes it.
    kRead,
    // For changing the file, or creating it with mode 0600. Starts a session (LogRecord).
    kWrite,
    // For replacing the file. The file need not exist. No other process may have a connection to it, not even
    // a read-only one: when SQLite closes the last connection to the old file, SQLite deletes the log by
    // name, and that log would be the new file's log.
    kReplace,
  };

  // UNAVAILABLE, with a message that names the path: the file is in use by another process, is not a regular
  // file, can't be reached, has a log of another database file, or has hard links and its log may exist
  // under another name.
  static absl::StatusOr<std::unique_ptr<FileGuard>> Acquire(const std::string& path, Intent intent);
  FileGuard(const FileGuard&) = delete;
  FileGuard& operator=(const FileGuard&) = delete;
  // Ends the session. Records in the lock file that no log exists, unless a log remains.
  ~FileGuard();

  const DatabasePath& path() const { return path_; }
  // For kReplace: whether a database or a log exists.
  bool replaces_database() const;

  // For kWrite: the generation that the session sets in the database.
  Generation generation() const { return generation_; }
  // For kWrite, after a complete checkpoint: chooses and records the next generation. An older copy of the
  // file then has another generation than the log, so that the copy is detected. Does nothing if the file
  // does not have the current generation yet, because a reader blocked the checkpoint or the disk was full.
  // For the writer thread.
  absl::Status AdvanceGeneration();

  // For kWrite: UNAVAILABLE if the path names another file or no file, or if another database was copied over
  // the file. Writes would be lost in these cases. Costs two system calls. Thread-safe.
  absl::Status Check() const;
  // For kWrite: whether another database was copied over the file. If so, the log must not be checkpointed.
  // Thread-safe.
  bool overwritten() const;

  // For kReplace: replaces the database and its logs with `file`, a closed and synced database of this
  // generation in the same directory. If the process is killed at any point, either the old database with
  // its log or the new database remains; the next session deletes a remaining log of the old database.
  absl::Status Replace(const std::string& file, Generation generation);

 private:
  explicit FileGuard(DatabasePath path) : path_(std::move(path)) {}

  absl::Status LockNames();
  absl::Status LockFileItself(Intent intent);
  absl::Status CheckLog(Intent intent) const;
  absl::Status BeginSession();
  void EndSession();
  absl::Status RecordReplacement(Generation generation);
  absl::Status NameError() const;
  absl::Status Record(LogRecord record);
  absl::Status RecordLocked(LogRecord record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SyncNames() const;

  const DatabasePath path_;
  // The lock file of the resolved path, which holds the log record.
  std::unique_ptr<LockFile> lock_;
  // The lock file of the given path, if that is a symbolic link: older versions lock only this file.
  std::unique_ptr<LockFile> link_lock_;
  // The database file; negative if it does not exist. Closed after SQLite has closed the file (see
  // Descriptor).
  int descriptor_ = -1;
  FileIdentity identity_;
  Generation generation_ = 0;
  bool session_ = false;
  mutable absl::Mutex mutex_;
  // The log record that was written last.
  LogRecord record_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
