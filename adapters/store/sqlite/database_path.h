#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace keelson {

// The path of a database file. SQLite names the write-ahead log and its index after the path that it opens,
// so every connection opens `resolved`.
struct DatabasePath {
  // The path as configured; used in messages.
  std::string given;
  // The absolute path without symbolic links, "." and "..".
  std::string resolved;

  // The directory of the file.
  std::string Directory() const;
  std::string LockFile() const { return resolved + ".lock"; }
};

// Resolves the path. The file need not exist; a symbolic link to a missing file is followed. UNAVAILABLE if
// a directory of the path does not exist or can't be searched.
absl::StatusOr<DatabasePath> ResolveDatabasePath(const std::string& given);

// INVALID_ARGUMENT if ResolveDatabasePath fails or the path names something other than a regular file. The
// message starts with a verb ("is not a regular file").
absl::Status CheckDatabasePath(const std::string& given);

}  // namespace keelson
