#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/file_guard.h"
#include "adapters/sqlite/transactions.h"
#include "adapters/sqlite/write_queue.h"

namespace keelson {

// The one connection that writes: commits units of work many at a time, and checkpoints. For one thread.
class WriteSession {
 public:
  struct Options {
    std::string path;
    std::chrono::milliseconds busy_timeout{5000};
  };

  // Takes over a file that is there and migrated.
  static absl::StatusOr<std::unique_ptr<WriteSession>> Open(const Options& options);

  // Runs the units in one transaction, each as if alone, and sets their results. A unit that fails is undone
  // and spares the rest; where the commit fails, all do. True where something was committed.
  bool Commit(std::span<WriteUnit* const> units);

  // The outcome of the last transaction as a whole: what kept it from being committed.
  const absl::Status& last_failure() const { return last_failure_; }

  // Pages in the write-ahead log after the last commit.
  int wal_pages() const { return writer_ ? writer_->wal_pages : 0; }
  // Copies what it can into the database without waiting; true where that was everything.
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

  WriteSession(const Options& options, FileIdentity identity)
      : options_(options), identity_(std::move(identity)) {}

  absl::Status Connect();
  absl::Status Begin();
  absl::Status RunAll(std::span<WriteUnit* const> units);
  absl::Status Run(WriteUnit& unit, bool alone);
  absl::Status Undo(bool alone);
  void Abandon();
  absl::Status Execute(Query& query);
  int RunCheckpoint(int mode);
  bool InTransaction() const;
  std::int64_t TotalChanges() const;

  const Options options_;
  const FileIdentity identity_;
  std::unique_ptr<Writer> writer_;
  // A transaction was undone: what is known of the last event may be wrong.
  bool stale_ = true;
  absl::Status last_failure_;
};

}  // namespace keelson
