#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/log_record.h"

namespace keelson {

// Whether a log exists beside the database: a non-empty write-ahead log, or the rollback journal of a
// database that was being created. SQLite replays both when it opens the database.
bool HasLog(const DatabasePath& path);
// Deletes the logs and the WAL index. When this function returns OK, the deletion is durable.
absl::Status DeleteLogs(const DatabasePath& path);

// In the following functions, `descriptor` is the database file, open for reading.

// Returns the generation (log_record.h) that is stored in the database file itself. A log may contain a newer
// generation.
absl::StatusOr<Generation> ReadGeneration(const DatabasePath& path, int descriptor);

// Returns the owner of the log; kFile if no log exists. UNAVAILABLE if the file has several hard links
// and its log may exist under another name.
absl::StatusOr<LogOwner> FindLogOwner(const DatabasePath& path, int descriptor,
                                      const std::optional<LogRecord>& record);

// UNAVAILABLE if the log may belong to another database file. While another process has the database open,
// kUnknown is accepted, too.
absl::Status CheckLogOwner(const DatabasePath& path, int descriptor, LogOwner owner);

// Call this before the first read-only connection of a process; a service may be running. UNAVAILABLE if the
// file does not exist, or if FindLogOwner or CheckLogOwner returns UNAVAILABLE.
absl::Status CheckReadable(const DatabasePath& path);

}  // namespace keelson
