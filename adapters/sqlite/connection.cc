#include "adapters/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "absl/base/call_once.h"
#include "absl/strings/str_cat.h"

namespace keelson {
namespace {

// Each connection is used under a lock of ours or by one thread, and nobody reads the statistics: both cost
// a tenth of a read.
void ConfigureLibrary() {
  static absl::once_flag once;
  absl::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

// SQLite would make the file readable to all, and password hashes are in it. Its log and its index take over
// the file's mode. What goes wrong here, SQLite reports when it opens the file.
void CreatePrivately(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) close(file);
}

int FlagsFor(Connection::Access access) {
  const int flags = access == Connection::Access::kReadOnly ? SQLite::OPEN_READONLY
                                                            : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
  return flags | SQLite::OPEN_NOMUTEX;
}

}  // namespace

Connection::Connection(const Options& options)
    : path_(options.path),
      database_(options.path, FlagsFor(options.access), static_cast<int>(options.busy_timeout.count())) {
  database_.exec(absl::StrCat("PRAGMA cache_size = -", options.cache_kib));
  // The writer alone checkpoints, and when it chooses to.
  database_.exec("PRAGMA wal_autocheckpoint = 0");
  // Of a write-ahead log that begins anew, in bytes: what a burst made larger is given back.
  database_.exec("PRAGMA journal_size_limit = 83886080");
  database_.exec("PRAGMA synchronous = FULL");
  database_.exec("PRAGMA foreign_keys = ON");
  database_.exec("PRAGMA temp_store = MEMORY");
  database_.exec("PRAGMA trusted_schema = OFF");
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Options& options) {
  ConfigureLibrary();
  if (options.access == Access::kReadWrite) CreatePrivately(options.path);
  try {
    return std::unique_ptr<Connection>(new Connection(options));
  } catch (const std::exception& error) {
    return FromException(options.path, error);
  }
}

absl::Status Connection::Execute(const char* sql) {
  return Guard([&] {
    database_.exec(sql);
    return absl::OkStatus();
  });
}

}  // namespace keelson
