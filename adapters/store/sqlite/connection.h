#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/sqlite/errors.h"

namespace keelson {

// One connection to a database file, with the settings that every connection of the service uses. For one
// thread at a time.
class Connection {
 public:
  enum class Access { kReadOnly, kReadWrite };
  struct Options {
    // Absolute path without symbolic links (DatabasePath::resolved).
    std::string path;
    Access access = Access::kReadOnly;
    std::chrono::milliseconds busy_timeout{5000};
    int cache_kib = 2048;
    // Bytes of the database file that are read through a memory map instead of system calls; 0: none. After
    // an I/O error within the map, the operating system ends the process (SIGBUS).
    std::int64_t mapped_bytes = 0;
    // The file's name in messages. Empty means `path`.
    std::string name = {};
  };

  // A read-write connection creates a missing file. A read-only connection also works in a read-only
  // directory while no other process has the database open. UNAVAILABLE if the file can't be opened.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Options& options);

  SQLite::Database& database() { return database_; }
  // The file's name in messages.
  const std::string& name() const { return name_; }

  // Runs statements that return no rows, without caching them as prepared statements.
  absl::Status Execute(const char* sql);

  // Runs the body of a repository's method and converts an exception to a status. After an exception or
  // an error status, all later calls return the same error until Reset. Why: SQLite rolls back the
  // transaction on some errors; later statements would then be committed without the earlier statements.
  template <typename Body>
  std::invoke_result_t<Body> CatchErrors(Body body) {
    if (!failure_.ok()) return failure_;
    try {
      std::invoke_result_t<Body> result = body();
      if (!result.ok()) failure_ = StatusOf(result);
      return result;
    } catch (const std::exception& error) {
      failure_ = FromException(name_, error);
      return failure_;
    }
  }
  const absl::Status& failure() const { return failure_; }
  void Reset() { failure_ = absl::OkStatus(); }

 private:
  explicit Connection(const Options& options);

  static const absl::Status& StatusOf(const absl::Status& status) { return status; }
  template <typename T>
  static const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
    return result.status();
  }

  std::string name_;
  SQLite::Database database_;
  absl::Status failure_;
};

}  // namespace keelson
