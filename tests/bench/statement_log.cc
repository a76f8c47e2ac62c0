#include "tests/bench/statement_log.h"

#include <sqlite3.h>

#include <string_view>
#include <utility>

namespace keelson {
namespace {

// The log is global, because SQLite passes no user data to callbacks of sqlite3_auto_extension or to the
// bind functions.
StatementLog* current_log = nullptr;

using Extension = void (*)();

}  // namespace

StatementLog::StatementLog() {
  current_log = this;
  sqlite3_auto_extension(reinterpret_cast<Extension>(OnOpen));
}

void StatementLog::Stop() {
  sqlite3_cancel_auto_extension(reinterpret_cast<Extension>(OnOpen));
  current_log = nullptr;
}

std::vector<SqlStatement> StatementLog::Take() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(statements_, {});
}

bool StatementLog::watching() {
  return current_log != nullptr;
}

void StatementLog::Bound(sqlite3_stmt* statement, int index, SqlValue value) {
  absl::MutexLock lock(&current_log->mutex_);
  std::vector<SqlValue>& values = current_log->bound_[statement];
  const auto position = static_cast<std::size_t>(index) - 1;
  if (values.size() <= position) values.resize(position + 1);
  values[position] = std::move(value);
}

int StatementLog::OnOpen(sqlite3* database, char**, const void*) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, OnTrace, current_log);
}

int StatementLog::OnTrace(unsigned, void* log, void* statement, void* text) {
  auto* running = static_cast<sqlite3_stmt*>(statement);
  // Statements of triggers, which SQLite reports as "-- TRIGGER", are skipped: a replay runs the triggers
  // again.
  const bool trigger = std::string_view(static_cast<const char*>(text)).starts_with("--");
  if (!trigger && sqlite3_db_readonly(sqlite3_db_handle(running), "main") == 0) {
    static_cast<StatementLog*>(log)->Add(running);
  }
  return 0;
}

void StatementLog::Add(sqlite3_stmt* statement) {
  absl::MutexLock lock(&mutex_);
  std::vector<SqlValue> values = bound_[statement];
  values.resize(static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)));
  statements_.push_back({&*texts_.insert(sqlite3_sql(statement)).first, std::move(values)});
}

}  // namespace keelson

// The linker option --wrap redirects calls of SQLite's bind functions to the __wrap_* functions below.
// SQLite's own functions have the names __real_*.
extern "C" {

int __real_sqlite3_bind_null(sqlite3_stmt*, int);
int __real_sqlite3_bind_int64(sqlite3_stmt*, int, sqlite3_int64);
int __real_sqlite3_bind_double(sqlite3_stmt*, int, double);
int __real_sqlite3_bind_text(sqlite3_stmt*, int, const char*, int, void (*)(void*));
int __real_sqlite3_bind_blob(sqlite3_stmt*, int, const void*, int, void (*)(void*));

int __wrap_sqlite3_bind_null(sqlite3_stmt* statement, int index) {
  if (keelson::StatementLog::watching()) keelson::StatementLog::Bound(statement, index, {});
  return __real_sqlite3_bind_null(statement, index);
}

int __wrap_sqlite3_bind_int64(sqlite3_stmt* statement, int index, sqlite3_int64 value) {
  if (keelson::StatementLog::watching()) {
    keelson::StatementLog::Bound(statement, index, static_cast<std::int64_t>(value));
  }
  return __real_sqlite3_bind_int64(statement, index, value);
}

int __wrap_sqlite3_bind_int(sqlite3_stmt* statement, int index, int value) {
  return __wrap_sqlite3_bind_int64(statement, index, value);
}

int __wrap_sqlite3_bind_double(sqlite3_stmt* statement, int index, double value) {
  if (keelson::StatementLog::watching()) keelson::StatementLog::Bound(statement, index, value);
  return __real_sqlite3_bind_double(statement, index, value);
}

int __wrap_sqlite3_bind_text(sqlite3_stmt* statement, int index, const char* text, int size,
                             void (*release)(void*)) {
  if (keelson::StatementLog::watching()) {
    keelson::StatementLog::Bound(
        statement, index, size < 0 ? std::string(text) : std::string(text, static_cast<std::size_t>(size)));
  }
  return __real_sqlite3_bind_text(statement, index, text, size, release);
}

int __wrap_sqlite3_bind_blob(sqlite3_stmt* statement, int index, const void* bytes, int size,
                             void (*release)(void*)) {
  if (keelson::StatementLog::watching()) {
    keelson::SqlBlob blob{std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))};
    keelson::StatementLog::Bound(statement, index, std::move(blob));
  }
  return __real_sqlite3_bind_blob(statement, index, bytes, size, release);
}

}  // extern "C"
