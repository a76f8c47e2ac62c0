#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/status/status.h"
#include "adapters/store/sqlite/reader_pool.h"
#include "adapters/store/sqlite/write_queue.h"
#include "adapters/store/sqlite/write_session.h"
#include "core/common/deadline.h"
#include "core/store/store.h"

namespace keelson {

// The writer thread and its queue: commits units of work in batches (group commit), and checkpoints.
//
// While the thread commits one batch, the units of the next batch collect in the queue. More concurrent
// callers cause larger batches, and fewer commits per unit. Thread-safe.
class Writer {
 public:
  struct Options {
    // Maximum number of units of work in one commit.
    std::size_t group_commit = 128;
    // Maximum number of queued units.
    std::size_t queue = 1024;
  };

  // The writer increments `commits` after every commit, before the calls of Write in that commit return.
  // `session`, `readers` and `commits` must outlive the writer; nothing else may use `session`.
  Writer(const Options& options, WriteSession& session, ReaderPool& readers,
         std::atomic<std::uint64_t>& commits);
  // Commits all queued units. Blocks.
  ~Writer();

  // Blocks until the unit is committed or has failed. DEADLINE_EXCEEDED if the unit is still queued at its
  // deadline; after the thread has taken the unit, the call waits for the commit.
  absl::Status Write(Deadline deadline, Store::WriteWork work);
  // Health check: OK if no write failed because of the file since the last successful probe. Otherwise writes
  // a probe (SqliteProbe) and returns its result. Blocks.
  absl::Status Check(Deadline deadline);

 private:
  void Run();
  void Commit(const std::vector<WriteUnit*>& units);
  bool CheckpointDue() const;
  void Checkpoint();
  void EmptyLog();

  const Options options_;
  WriteSession& session_;
  ReaderPool& readers_;
  std::atomic<std::uint64_t>& commits_;
  WriteQueue queue_;
  // Number of failed commits, and the value of this number at the last successful probe.
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> recovered_{0};
  // For the writer thread only: commits since the last checkpoint, and the pages that remained in the log
  // after that checkpoint.
  int commits_since_checkpoint_ = 0;
  int pages_left_ = 0;
  std::thread thread_;
};

}  // namespace keelson
