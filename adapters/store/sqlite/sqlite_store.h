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
  // Of the database file; beside it lie PATH-wal, PATH-shm and PATH.lock.
  std::string path;
  // Bring the schema up to date at start; else a schema that is behind is refused.
  bool migrate = true;
  // Units of work that are committed at once, at most; 1 commits each by itself.
  std::size_t group_commit = 128;
  // Units of work that wait, at most; more are turned away with OVERLOADED.
  std::size_t queue = 1024;
  // Connections for reading, each with a cache of 4 MiB at most.
  int readers = 8;
  // How long another process that has the file locked is waited for.
  absl::Duration busy_timeout = absl::Seconds(5);
};

// The Store on one SQLite file, in this process alone. A thread of its own commits units of work many at a
// time, each commit synced to the disk; reads run on the caller's thread. Closing it commits what waits and
// leaves one file.
class SqliteStore {
 public:
  // UNAVAILABLE with a message that names the file: in use by another process, not a database or another
  // application's, of a newer schema, of changed migrations, of an older schema where it must not be
  // migrated, read-only, or out of reach. `clock` dates the migrations.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const SqliteOptions& options, Clock& clock);

  // INVALID_ARGUMENT if Open would fail because of the path: its directory does not exist, or it names
  // something other than a regular file. The message is a predicate. Opens and creates nothing.
  static absl::Status CheckPath(const std::string& path);

  SqliteStore() = delete;
};

}  // namespace keelson
