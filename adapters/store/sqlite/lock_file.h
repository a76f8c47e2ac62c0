#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/log_record.h"

namespace keelson {

// The file PATH.lock beside a database PATH. A process holds flock(2) on this file while the process may
// change the database. Holds the log record. Never deleted: a lock on a deleted file excludes no other
// process.
class LockFile {
 public:
  // Creates a missing file. UNAVAILABLE if another process, or another object of this process, holds the
  // lock.
  static absl::StatusOr<std::unique_ptr<LockFile>> Acquire(const std::string& lock_path,
                                                           const DatabasePath& database);
  // Reads the record without locking. Returns nothing if the file does not exist or can't be read.
  static std::optional<LogRecord> Read(const std::string& lock_path);

  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

  std::optional<LogRecord> Read() const;
  // Writes the record. When Write returns OK, the record is durable.
  absl::Status Write(const LogRecord& record) const;

 private:
  LockFile(int descriptor, std::string database) : descriptor_(descriptor), database_(std::move(database)) {}

  const int descriptor_;
  // The database's name in messages.
  const std::string database_;
};

}  // namespace keelson
