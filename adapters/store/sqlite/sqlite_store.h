#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/repositories.h"

namespace keelson {

struct SqliteOptions {
  // Path of the database file. SQLite creates PATH-wal and PATH-shm beside it; the service creates PATH.lock.
  std::string path;
  // Applies pending migrations; if false, Open fails while any are pending.
  bool migrate = true;
  // Maximum number of units of work in one commit. 1 commits each unit separately.
  std::size_t group_commit = 128;
  // Maximum number of queued units of work; further units fail with OVERLOADED.
  std::size_t queue = 1024;
  // Number of read connections, each with a page cache of at most 4 MiB.
  int readers = 8;
  // Maximum wait while another process has locked the file.
  absl::Duration busy_timeout = absl::Seconds(5);
};

// The Store on one SQLite file, which one process uses at a time. Thread-safe.
//
// A writer thread commits queued units of work in batches (group commit), because every commit syncs the
// disk. Reads run on the caller's thread, on connections of their own. The destructor commits all queued
// units and checkpoints, so that the database is a single file.
class SqliteStore {
 public:
  // UNAVAILABLE, with a message that names the file, if the file is in use by another process, can't be read
  // or written, is not a database of the service, has a newer schema or changed migrations, or has an older
  // schema and `migrate` is false. `clock` provides the time at which a migration is recorded as applied.
  // Blocks.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const SqliteOptions& options, Clock& clock);

  // INVALID_ARGUMENT if Open would fail because of the path: the directory does not exist, or the path names
  // something other than a regular file. The message starts with a verb. Opens and creates no file.
  static absl::Status CheckPath(const std::string& path);

  SqliteStore() = delete;
};

}  // namespace keelson
