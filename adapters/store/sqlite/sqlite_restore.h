#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "core/common/clock.h"

namespace keelson {

struct SqliteRestore {
  // Path of the backup. The file is not changed.
  std::string backup;
  // Path of the service's database.
  std::string path;
  // Whether an existing database may be overwritten.
  bool replace = false;
};

// Replaces the database and its log with a copy of the backup. The copy is created, checked and synced beside
// the database; then one rename replaces the database. If the process is killed at any point (kill -9),
// either the old database with all of its commits or the restored database remains, never a mixture. The
// restored file has the owner and mode of the old file. `progress` receives the number of copied pages and
// the total number of pages. Blocks.
//
// On error the database is unchanged. FAILED_PRECONDITION if a database exists and `replace` is false, if the
// backup is that database, or if a transfer into the backup is incomplete. UNAVAILABLE if any process has the
// database open, a file can't be read or written, or the backup belongs to another application or has a newer
// schema. DATA_LOSS if the backup is damaged.
absl::Status RestoreSqlite(const SqliteRestore& restore, Clock& clock,
                           const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace keelson
