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

struct SqlBlob {
  std::string bytes;
};
// The value of an SQL parameter: NULL, integer, real, text or blob.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, SqlBlob>;

struct SqlStatement {
  // The SQL text. Statements with equal texts have the same pointer, which is valid for the lifetime of the
  // log.
  const std::string* sql = nullptr;
  // The values of the parameters, in order.
  std::vector<SqlValue> values;
};

// Records the statements of all writable SQLite connections that the process opens while the log exists. Only
// one log may exist at a time. Thread-safe. Requires the linker to wrap the sqlite3_bind_* functions
// (CMakeLists.txt), because SQLite does not expose the bound values of a running statement.
class StatementLog {
 public:
  StatementLog();
  ~StatementLog() { Stop(); }
  StatementLog(const StatementLog&) = delete;
  StatementLog& operator=(const StatementLog&) = delete;

  // Stops recording. All recorded connections must be closed before this call.
  void Stop();
  // Returns the statements that were executed since the last call of Take, in order.
  std::vector<SqlStatement> Take();

  // Records that `value` was bound to the parameter `index`. Called by the wrapped bind functions.
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
