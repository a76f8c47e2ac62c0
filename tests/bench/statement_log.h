#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

struct sqlite3;
struct sqlite3_stmt;

namespace keelson {

// NULL, an integer, a real, a text or a blob.
struct SqlBlob {
  std::string bytes;
};
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, SqlBlob>;

struct SqlStatement {
  // One address for each text; it lives as long as the log.
  const std::string* sql = nullptr;
  // Of its parameters, from the first on.
  std::vector<SqlValue> values;
};

// Keeps every statement that the process's writable SQLite connections begin, whoever opens them. There may
// be one log at a time. Thread-safe. It needs the linker to pass the functions that bind parameters through
// it (CMakeLists.txt), for SQLite does not tell a running statement's values.
class StatementLog {
 public:
  StatementLog();
  ~StatementLog() { Stop(); }
  StatementLog(const StatementLog&) = delete;
  StatementLog& operator=(const StatementLog&) = delete;

  // Connections opened from now on are not watched; those that are must have been closed.
  void Stop();
  // What has begun since the last time, in that order.
  std::vector<SqlStatement> Take();

  // For the functions that bind.
  static void Bound(sqlite3_stmt* statement, int index, SqlValue value);
  static bool watching();

 private:
  static int OnOpen(sqlite3* database, char** error, const void* api);
  static int OnTrace(unsigned kind, void* log, void* statement, void* text);
  void Add(sqlite3_stmt* statement);

  absl::Mutex mutex_;
  std::unordered_set<std::string> texts_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<sqlite3_stmt*, std::vector<SqlValue>> bound_ ABSL_GUARDED_BY(mutex_);
  std::vector<SqlStatement> statements_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
