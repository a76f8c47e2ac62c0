#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/transactions.h"
#include "core/repositories.h"

namespace keelson {

// A pool of read-only connections.
//
// Why connections keep transactions open: beginning and ending a transaction takes longer than reading a row.
// A connection therefore reuses its transaction for the next read while nothing was committed since the
// transaction began: its snapshot is still current. After a commit, a transaction with an older snapshot
// would prevent a complete checkpoint, so the writer ends that transaction before the checkpoint
// (ReleaseStale).
//
// Thread-safe. A read blocks only while all connections are in use.
class ReaderPool {
 public:
  // `commits` is the number of commits and must outlive the pool. The writer increments it before Write
  // returns, so that the next read of a caller sees the caller's write.
  static absl::StatusOr<std::unique_ptr<ReaderPool>> Open(const DatabasePath& path, int size,
                                                          const std::atomic<std::uint64_t>& commits);

  // See Store::Read.
  absl::Status Read(Store::ReadWork work);

  // Ends transactions that are older than the last commit, except those of running reads. Does not block.
  void ReleaseStale();
  // Waits for running reads, then runs `work` while no connection has a transaction; new reads block until
  // `work` returns.
  void WithoutReaders(absl::FunctionRef<void()> work);

 private:
  struct Reader {
    explicit Reader(std::unique_ptr<Connection> opened);

    absl::Status Read(Store::ReadWork work, std::uint64_t commits) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    absl::Status End() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

    absl::Mutex mutex;
    const std::unique_ptr<Connection> connection;
    SqliteReadTransaction transaction ABSL_GUARDED_BY(mutex);
    Query begin ABSL_GUARDED_BY(mutex);
    Query end ABSL_GUARDED_BY(mutex);
    bool open ABSL_GUARDED_BY(mutex) = false;
    // The number of commits when the transaction began.
    std::uint64_t began_after ABSL_GUARDED_BY(mutex) = 0;
  };

  explicit ReaderPool(const std::atomic<std::uint64_t>& commits) : commits_(commits) {}
  Reader& Lock();

  const std::atomic<std::uint64_t>& commits_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace keelson
