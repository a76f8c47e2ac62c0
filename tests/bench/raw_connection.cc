#include "tests/bench/raw_connection.h"

#include <sqlite3.h>

#include <type_traits>

namespace keelson {
namespace {

// Size of the write-ahead log at which a checkpoint runs; the same value as in
// adapters/store/sqlite/writer.cc.
constexpr int kCheckpointPages = 20'000;

int BindValue(sqlite3_stmt* statement, int index, const SqlValue& value) {
  return std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::int64_t>) {
          return sqlite3_bind_int64(statement, index, held);
        } else if constexpr (std::is_same_v<Held, double>) {
          return sqlite3_bind_double(statement, index, held);
        } else if constexpr (std::is_same_v<Held, std::string>) {
          return sqlite3_bind_text(statement, index, held.data(), static_cast<int>(held.size()),
                                   SQLITE_STATIC);
        } else if constexpr (std::is_same_v<Held, SqlBlob>) {
          return sqlite3_bind_blob(statement, index, held.bytes.data(), static_cast<int>(held.bytes.size()),
                                   SQLITE_STATIC);
        } else {
          return sqlite3_bind_null(statement, index);
        }
      },
      value);
}

}  // namespace

void RawConnection::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}
void RawConnection::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

RawConnection::RawConnection(const std::filesystem::path& path, const std::vector<SqlStatement>& setup) {
  sqlite3* database = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  Check(opened == SQLITE_OK);
  for (const SqlStatement& statement : setup) Run(statement);
  sqlite3_wal_hook(database, OnCommit, this);  // after the setup, which installs SQLite's own hook
}

void RawConnection::Run(const SqlStatement& statement) {
  sqlite3_stmt* prepared = Prepare(statement.sql);
  for (std::size_t i = 0; i < statement.values.size(); ++i) {
    Check(BindValue(prepared, static_cast<int>(i) + 1, statement.values[i]) == SQLITE_OK);
  }
  int step = SQLITE_ROW;
  while (step == SQLITE_ROW) step = sqlite3_step(prepared);
  Check(step == SQLITE_DONE);
  sqlite3_reset(prepared);
}

void RawConnection::Commit() {
  Run({&commit_, {}});
  if (log_pages_ < kCheckpointPages) return;
  sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  log_pages_ = 0;
}

sqlite3_stmt* RawConnection::Prepare(const std::string* sql) {
  std::unique_ptr<sqlite3_stmt, Finalize>& kept = prepared_[sql];
  if (kept == nullptr) {
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v3(database_.get(), sql->c_str(), -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    kept.reset(prepared);
  }
  return kept.get();
}

void RawConnection::Check(bool succeeded) {
  if (!succeeded) status_.Update(absl::InternalError(sqlite3_errmsg(database_.get())));
}

int RawConnection::OnCommit(void* connection, sqlite3*, const char*, int log_pages) {
  static_cast<RawConnection*>(connection)->log_pages_ = log_pages;
  return SQLITE_OK;
}

}  // namespace keelson
