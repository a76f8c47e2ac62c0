#include "adapters/store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>

#include <filesystem>
#include <system_error>

#include "absl/base/call_once.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/file_users.h"
#include "adapters/store/sqlite/posix_file.h"
#include "adapters/store/sqlite/scrubbing_vfs.h"

namespace keelson {
namespace {

// Disables SQLite's memory statistics, which the service does not use. Connections are opened without
// mutexes, because each connection is used by one thread at a time. Statistics and mutexes together would
// take a tenth of the time of a read.
void ConfigureLibrary() {
  static absl::once_flag once;
  absl::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

// A read-only connection in WAL mode creates a WAL index, which fails in a read-only directory. If no log
// exists and no other process has the database open, the connection is opened as immutable, which needs no
// index.
bool IsImmutable(const Connection::Options& options) {
  const std::filesystem::path path = options.path;
  if (options.access != Connection::Access::kReadOnly || IsWritable(path.parent_path())) return false;
  std::error_code missing;
  if (std::filesystem::file_size(options.path + "-wal", missing) > 0 && !missing) return false;
  const Descriptor file(open(options.path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.number() >= 0 && !HasOtherConnections(file.number());
}

// Encodes a path for a URI (RFC 3986, section 2.1).
std::string PercentEncoded(std::string_view path) {
  std::string encoded;
  for (const char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/') {
      encoded += c;
    } else {
      absl::StrAppend(&encoded, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return encoded;
}

std::string FileNameFor(const Connection::Options& options) {
  return IsImmutable(options) ? absl::StrCat("file:", PercentEncoded(options.path), "?immutable=1")
                              : options.path;
}

int FlagsFor(Connection::Access access) {
  const int flags = access == Connection::Access::kReadOnly ? SQLite::OPEN_READONLY | SQLite::OPEN_URI
                                                            : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
  return flags | SQLite::OPEN_NOMUTEX;
}

}  // namespace

Connection::Connection(const Options& options)
    : name_(options.name.empty() ? options.path : options.name),
      database_(FileNameFor(options), FlagsFor(options.access),
                static_cast<int>(options.busy_timeout.count()), ScrubbingVfs()) {
  database_.exec(absl::StrCat("PRAGMA cache_size = -", options.cache_kib));
  database_.exec(absl::StrCat("PRAGMA mmap_size = ", options.mapped_bytes));
  // Disables automatic checkpoints: only the writer thread checkpoints (Writer).
  database_.exec("PRAGMA wal_autocheckpoint = 0");
  // Maximum size in bytes of a restarted write-ahead log: returns disk space after a burst of writes.
  database_.exec("PRAGMA journal_size_limit = 83886080");
  database_.exec("PRAGMA synchronous = FULL");
  // Overwrites deleted content with zeros, for the erasure of users (see also ScrubbingVfs).
  database_.exec("PRAGMA secure_delete = ON");
  database_.exec("PRAGMA foreign_keys = ON");
  database_.exec("PRAGMA temp_store = MEMORY");
  database_.exec("PRAGMA trusted_schema = OFF");
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Options& options) {
  ConfigureLibrary();
  try {
    return std::unique_ptr<Connection>(new Connection(options));
  } catch (const std::exception& error) {
    return FromException(options.name.empty() ? options.path : options.name, error);
  }
}

absl::Status Connection::Execute(const char* sql) {
  return CatchErrors([&] {
    database_.exec(sql);
    return absl::OkStatus();
  });
}

}  // namespace keelson
