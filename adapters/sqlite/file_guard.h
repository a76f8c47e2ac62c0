// What stands between a database file and the world: one process at a time, and always the same file.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace keelson {

// Holds "PATH.lock" locked as long as it lives. A lock of its own, because closing a database file that was
// opened to lock it would drop SQLite's locks on it.
class FileLock {
 public:
  // UNAVAILABLE where another process, or another store of this one, holds it, or it can't be made.
  static absl::StatusOr<std::unique_ptr<FileLock>> Acquire(const std::string& database_path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

// Which file a path named once. Copies are cheap; checking costs one system call.
class FileIdentity {
 public:
  // UNAVAILABLE where there is no such file.
  static absl::StatusOr<FileIdentity> Of(const std::string& path);
  // UNAVAILABLE where the path names another file by now, or none: what is written then is lost.
  absl::Status Check() const;

 private:
  FileIdentity(std::string path, dev_t device, ino_t inode)
      : path_(std::move(path)), device_(device), inode_(inode) {}

  std::string path_;
  dev_t device_;
  ino_t inode_;
};

}  // namespace keelson
