#include "adapters/store/sqlite/write_session.h"

#include <sqlite3.h>

#include "core/common/status_macros.h"
#include "core/events/event_repository.h"

namespace keelson {
namespace {

constexpr int kCacheKib = 32 * 1024;

int KeepPageCount(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

WriteSession::Writer::Writer(std::unique_ptr<Connection> opened)
    : connection(std::move(opened)),
      transaction(*connection),
      begin(*connection, "BEGIN IMMEDIATE"),
      commit(*connection, "COMMIT"),
      rollback(*connection, "ROLLBACK"),
      savepoint(*connection, "SAVEPOINT unit"),
      release(*connection, "RELEASE unit"),
      rollback_to(*connection, "ROLLBACK TO unit") {
  sqlite3_wal_hook(connection->database().getHandle(), KeepPageCount, &wal_pages);
}

WriteSession::Writer::~Writer() {
  sqlite3_wal_hook(connection->database().getHandle(), nullptr, nullptr);
}

absl::StatusOr<std::unique_ptr<WriteSession>> WriteSession::Open(FileGuard& guard,
                                                                 std::chrono::milliseconds busy_timeout) {
  auto session = std::unique_ptr<WriteSession>(new WriteSession(guard, busy_timeout));
  RETURN_IF_ERROR(session->Connect());
  return session;
}

// SQLite checkpoints the WAL when the last connection is closed, but not if the file was moved or replaced:
// this function then checkpoints itself, or prevents the checkpoint if another database was copied over the
// file.
WriteSession::~WriteSession() {
  if (writer_ == nullptr || guard_.Check().ok()) return;
  sqlite3* database = writer_->connection->database().getHandle();
  if (guard_.overwritten()) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  } else {
    sqlite3_busy_timeout(database, 0);
    RunCheckpoint(SQLITE_CHECKPOINT_TRUNCATE);
  }
}

absl::Status WriteSession::Connect() {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::Open({.path = guard_.path().resolved,
                                     .access = Connection::Access::kReadWrite,
                                     .busy_timeout = busy_timeout_,
                                     .cache_kib = kCacheKib,
                                     .name = guard_.path().given}));
  writer_ = std::make_unique<Writer>(std::move(connection));
  return absl::OkStatus();
}

absl::Status WriteSession::Execute(Query& query) {
  writer_->connection->Reset();
  return writer_->connection->CatchErrors([&] {
    query.Execute();
    return absl::OkStatus();
  });
}

bool WriteSession::InTransaction() const {
  return sqlite3_get_autocommit(writer_->connection->database().getHandle()) == 0;
}

std::int64_t WriteSession::TotalChanges() const {
  return sqlite3_total_changes64(writer_->connection->database().getHandle());
}

absl::Status WriteSession::Begin() {
  RETURN_IF_ERROR(guard_.Check());
  if (writer_ == nullptr) RETURN_IF_ERROR(Connect());
  RETURN_IF_ERROR(Execute(writer_->begin));
  if (stale_) RETURN_IF_ERROR(writer_->transaction.events().Load());
  stale_ = false;
  return absl::OkStatus();
}

bool WriteSession::Commit(std::span<WriteUnit* const> units) {
  last_failure_ = absl::OkStatus();
  has_erased_ = false;
  absl::Status status = Begin();
  bool changed = false;
  if (status.ok()) {
    const std::int64_t before = TotalChanges();
    status = RunAll(units);
    changed = TotalChanges() != before;
  }
  if (status.ok() && InTransaction()) status = EndTransaction(changed);
  if (status.ok()) {
    has_erased_ = writer_->transaction.users().TakeErased();
    must_empty_log_ = must_empty_log_ || has_erased_;
    return changed;
  }
  Abandon();
  last_failure_ = status;
  for (WriteUnit* unit : units) unit->result.Update(status);
  return false;
}

// Sets the generation only in a transaction that changes something, so that an idle service writes nothing.
absl::Status WriteSession::EndTransaction(bool changed) {
  const bool sets_generation = generation_pending_ && changed;
  if (sets_generation) {
    writer_->connection->Reset();
    RETURN_IF_ERROR(writer_->connection->Execute(SetGenerationSql(guard_.generation()).c_str()));
  }
  RETURN_IF_ERROR(Execute(writer_->commit));
  if (sets_generation) generation_pending_ = false;
  return absl::OkStatus();
}

absl::Status WriteSession::RunAll(std::span<WriteUnit* const> units) {
  for (WriteUnit* unit : units) {
    if (unit->deadline.expired()) {
      unit->result = DeadlineExceededBeforeStart();
      continue;
    }
    RETURN_IF_ERROR(Run(*unit, units.size() == 1));
  }
  return absl::OkStatus();
}

// Runs one unit and sets its result. Returns an error only if the whole transaction has failed.
absl::Status WriteSession::Run(WriteUnit& unit, bool alone) {
  if (!alone) RETURN_IF_ERROR(Execute(writer_->savepoint));
  Connection& connection = *writer_->connection;
  SqliteEvents& events = writer_->transaction.events();
  const SqliteEvents::Head head = events.head();
  connection.Reset();
  unit.result = unit.work(writer_->transaction);
  const absl::Status failure = connection.failure();
  unit.result.Update(failure);
  if (absl::IsUnavailable(failure)) last_failure_ = failure;
  if (!InTransaction()) return failure;
  if (unit.result.ok()) return alone ? absl::OkStatus() : Execute(writer_->release);
  events.Restore(head);
  return Undo(alone);
}

absl::Status WriteSession::Undo(bool alone) {
  if (alone) return Execute(writer_->rollback);
  RETURN_IF_ERROR(Execute(writer_->rollback_to));
  return Execute(writer_->release);
}

void WriteSession::Abandon() {
  stale_ = true;
  if (writer_ == nullptr) return;
  if (InTransaction()) Execute(writer_->rollback).IgnoreError();  // the next line checks the result
  if (InTransaction()) writer_.reset();
}

int WriteSession::RunCheckpoint(int mode) {
  int pages = 0;
  int copied = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(writer_->connection->database().getHandle(), nullptr, mode, &pages, &copied);
  if (code != SQLITE_OK) return code;
  return pages == copied ? SQLITE_OK : SQLITE_BUSY;
}

bool WriteSession::Checkpoint() {
  if (writer_ == nullptr || guard_.overwritten()) return false;
  if (RunCheckpoint(SQLITE_CHECKPOINT_PASSIVE) != SQLITE_OK) return false;
  // If writing the log record fails, the session keeps its generation.
  if (!generation_pending_) generation_pending_ = guard_.AdvanceGeneration().ok();
  return true;
}

void WriteSession::RestartLog() {
  sqlite3* database = writer_->connection->database().getHandle();
  // Do not wait for a reader of another process, such as a backup: the next checkpoint tries again.
  sqlite3_busy_timeout(database, 0);
  const int mode = must_empty_log_ ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART;
  if (RunCheckpoint(mode) == SQLITE_OK) {
    writer_->wal_pages = 0;
    must_empty_log_ = false;
  }
  sqlite3_busy_timeout(database, static_cast<int>(busy_timeout_.count()));
}

}  // namespace keelson
