#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/file_guard.h"
#include "adapters/store/sqlite/transactions.h"
#include "adapters/store/sqlite/write_queue.h"

namespace keelson {

// The one connection that writes: commits units of work many at a time, and checkpoints. For one thread.
class WriteSession {
 public:
  // Opens an existing file of the current schema. `guard` must outlive the session.
  static absl::StatusOr<std::unique_ptr<WriteSession>> Open(FileGuard& guard,
                                                            std::chrono::milliseconds busy_timeout);
  ~WriteSession();

  // Runs the units in one transaction, each as if alone, and sets their results. A unit that fails is undone
  // and spares the rest; where the commit fails, all do. True where something was committed.
  bool Commit(std::span<WriteUnit* const> units);

  // The outcome of the last transaction as a whole: what kept it from being committed.
  const absl::Status& last_failure() const { return last_failure_; }

  // Pages in the write-ahead log after the last commit.
  int wal_pages() const { return writer_ ? writer_->wal_pages : 0; }
  // Copies as much of the WAL as possible into the database without waiting; returns true if that was
  // everything. Copies nothing if another database was copied over the file.
  bool Checkpoint();
  // Has the next commit begin the write-ahead log anew. Needs a complete checkpoint and no reader.
  void RestartLog();

 private:
  // What goes and comes with the connection.
  struct Writer {
    explicit Writer(std::unique_ptr<Connection> opened);
    ~Writer();

    const std::unique_ptr<Connection> connection;
    SqliteWriteTransaction transaction;
    Query begin;
    Query commit;
    Query rollback;
    Query savepoint;
    Query release;
    Query rollback_to;
    int wal_pages = 0;
  };

  WriteSession(FileGuard& guard, std::chrono::milliseconds busy_timeout)
      : guard_(guard), busy_timeout_(busy_timeout) {}

  absl::Status Connect();
  absl::Status Begin();
  absl::Status RunAll(std::span<WriteUnit* const> units);
  absl::Status Run(WriteUnit& unit, bool alone);
  absl::Status Undo(bool alone);
  absl::Status EndTransaction(bool changed);
  void Abandon();
  absl::Status Execute(Query& query);
  int RunCheckpoint(int mode);
  bool InTransaction() const;
  std::int64_t TotalChanges() const;

  FileGuard& guard_;
  const std::chrono::milliseconds busy_timeout_;
  std::unique_ptr<Writer> writer_;
  // The next commit must set the guard's generation in the database.
  bool generation_pending_ = true;
  // A transaction was undone: what is known of the last event may be wrong.
  bool stale_ = true;
  absl::Status last_failure_;
};

}  // namespace keelson
