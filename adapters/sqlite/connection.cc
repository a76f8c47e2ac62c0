#include "adapters/sqlite/connection.h"

#include <sqlite3.h>

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
  database_.exec("PRAGMA synchronous = FULL");
  database_.exec("PRAGMA foreign_keys = ON");
  database_.exec("PRAGMA temp_store = MEMORY");
  database_.exec("PRAGMA trusted_schema = OFF");
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Options& options) {
  ConfigureLibrary();
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
