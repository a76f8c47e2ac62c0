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

// The thread that writes. While it commits one batch the next gathers in its queue, so the more callers there
// are, the more of them share the cost of a commit. Thread-safe.
class Writer {
 public:
  struct Options {
    // Units of work in a commit, at most.
    std::size_t group_commit = 128;
    // Units that wait, at most.
    std::size_t queue = 1024;
  };

  // `commits` is counted up with every commit, before its callers are answered. All must outlive it, and
  // nobody else may use `session`.
  Writer(const Options& options, WriteSession& session, ReaderPool& readers,
         std::atomic<std::uint64_t>& commits);
  // Commits what waits.
  ~Writer();

  // Blocks until the unit is committed or refused.
  absl::Status Write(Deadline deadline, Store::WriteWork work);
  // OK unless a write failed for the file's sake; then tries one, and is OK again where that succeeds.
  absl::Status Check(Deadline deadline);

 private:
  void Run();
  void Commit(const std::vector<WriteUnit*>& units);
  bool CheckpointDue() const;
  void Checkpoint();

  const Options options_;
  WriteSession& session_;
  ReaderPool& readers_;
  std::atomic<std::uint64_t>& commits_;
  WriteQueue queue_;
  // Failures so far, and how many of them a later probe has made good.
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> recovered_{0};
  // The thread's own: since the last checkpoint, and the pages that it could not have the log forget.
  int commits_since_checkpoint_ = 0;
  int pages_left_ = 0;
  std::thread thread_;
};

}  // namespace keelson
