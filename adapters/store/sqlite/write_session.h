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

// The only connection that writes: commits batches of units of work, and checkpoints.
//
// Every unit of a batch runs in a savepoint, so that a failed unit is rolled back without affecting the other
// units. If the transaction fails (full disk, I/O error), the session rolls back; if SQLite can't roll back,
// the session closes the connection and opens another connection for the next commit. Not thread-safe.
class WriteSession {
 public:
  // Opens an existing file of the current schema. `guard` must outlive the session.
  static absl::StatusOr<std::unique_ptr<WriteSession>> Open(FileGuard& guard,
                                                            std::chrono::milliseconds busy_timeout);
  ~WriteSession();

  // Runs the units in one transaction and sets their results. A failed unit is rolled back and does not
  // affect the other units; if the commit fails, all units fail. Returns true if the commit changed the
  // database. Blocks.
  bool Commit(std::span<WriteUnit* const> units);

  // Returns the error of the last transaction, or of one of its units if the file was unusable; otherwise OK.
  const absl::Status& last_failure() const { return last_failure_; }

  // Number of pages in the write-ahead log after the last commit.
  int wal_pages() const { return writer_ ? writer_->wal_pages : 0; }
  // Copies as much of the WAL as possible into the database without waiting; returns true if the whole WAL
  // was copied. Copies nothing if another database was copied over the file.
  bool Checkpoint();
  // Makes the next commit overwrite the write-ahead log from its beginning, so that the log stops growing.
  // Requires a complete checkpoint and no open read transaction. Empties the log if a user was erased since
  // the log was last emptied.
  void RestartLog();
  // Whether the last commit erased a user: the log then contains the user's data until the log is emptied.
  bool has_erased() const { return has_erased_; }

 private:
  // The connection and its prepared statements.
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
  // Whether the next commit must set the generation of the guard in the database.
  bool generation_pending_ = true;
  bool has_erased_ = false;
  // Whether the next RestartLog must empty the log.
  bool must_empty_log_ = false;
  // Whether a transaction was rolled back: the events' head in memory may then be wrong and must be read
  // again.
  bool stale_ = true;
  absl::Status last_failure_;
};

}  // namespace keelson
